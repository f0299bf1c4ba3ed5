#include "cli/texts.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "cli/json.h"
#include "cli/standard_input.h"

namespace longclip::cli {
namespace fs = std::filesystem;
namespace {

// The text of a line of JSON.
std::optional<std::string> parse(const std::string& line) {
  const Json value = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object() && value.contains("text") && value["text"].is_string()) return value["text"].get<std::string>();
  return std::nullopt;
}

}  // namespace

TextReader::TextReader(const std::string& file, Failures& failures)
    : failures_(failures), lines_(file), json_(file.ends_with(".jsonl")) {}

std::optional<Text> TextReader::next() {
  while (auto line = lines_.next()) {
    const std::string where = lines_.name() + ":" + std::to_string(lines_.number());
    if (!json_) return Text{*std::move(line), where};
    if (line->find_first_not_of(" \t") == line->npos) continue;
    if (auto text = parse(*line)) return Text{*std::move(text), where};
    failures_.add(where, "must be a JSON string or an object with a string \"text\"");
  }
  return std::nullopt;
}

std::uint64_t TextReader::line_count() const {
  std::error_code ignored;
  if (!lines_.is_file() || !fs::is_regular_file(lines_.name(), ignored)) return 0;
  std::ifstream file(lines_.name(), std::ios::binary);
  std::uint64_t lines = 0;
  bool open = false;  // the last line has no line break
  std::vector<char> buffer(1 << 16);
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())), file.gcount() > 0) {
    lines += static_cast<std::uint64_t>(std::count(buffer.data(), buffer.data() + file.gcount(), '\n'));
    open = buffer[static_cast<std::size_t>(file.gcount()) - 1] != '\n';
  }
  return lines + (open ? 1 : 0);
}

void read_texts(const std::vector<std::string>& given, const std::string& option, const std::vector<std::string>& files,
                Failures& failures, const std::function<void(Text)>& take) {
  const auto read = [&](const std::string& file) {
    TextReader reader(file, failures);
    while (auto text = reader.next()) take(*std::move(text));
  };
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (given[i] == kStandardInput) {
      read(given[i]);
    } else {
      take({given[i], option + " " + std::to_string(i + 1)});
    }
  }
  for (const auto& file : files) read(file);
}

std::vector<std::string> contents(const std::vector<Text>& texts) {
  std::vector<std::string> result;
  result.reserve(texts.size());
  std::transform(texts.begin(), texts.end(), std::back_inserter(result), [](const Text& text) { return text.text; });
  return result;
}

}  // namespace longclip::cli
