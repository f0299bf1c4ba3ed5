#pragma once

#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

// What the reference gave, from tests/data/tokenizer.
namespace longclip::golden {

inline std::filesystem::path tokenizer_data(std::string_view name) {
  return std::filesystem::path(LONGCLIP_TEST_DATA) / "tokenizer" / name;
}

// Every line of a .jsonl file.
inline std::vector<nlohmann::json> read_lines(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot open " + path.string());
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

struct Group {
  const char* name;
  std::size_t cases;
};

// The groups of cases.jsonl and how many cases each holds.
inline constexpr Group groups[] = {
    {"captions", 200},      {"long_captions", 150},  {"contractions", 180}, {"numbers", 150},
    {"punctuation", 170},   {"whitespace", 170},     {"controls", 180},     {"html_entities", 280},
    {"mojibake", 240},      {"mojibake_hard", 400},  {"not_mojibake", 180}, {"width_ligatures", 140},
    {"combining_nfc", 160}, {"scripts_casing", 200}, {"emoji", 110},        {"special_long", 150},
    {"fuzz", 240},
};

inline std::ostream& operator<<(std::ostream& out, const Group& group) { return out << group.name; }

inline std::vector<nlohmann::json> cases_of(const Group& group) {
  std::vector<nlohmann::json> cases;
  for (nlohmann::json& line : read_lines(tokenizer_data("cases.jsonl"))) {
    if (line["group"] == group.name) cases.push_back(std::move(line));
  }
  return cases;
}

}  // namespace longclip::golden
