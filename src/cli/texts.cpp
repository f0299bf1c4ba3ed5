#include "cli/texts.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include <longclip/error.h>

#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/standard_input.h"

namespace longclip::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

TextReader::TextReader(const std::string& file)
    : name_(file == kStandardInput ? "standard input" : file), json_(file.ends_with(".jsonl")) {
  if (file == kStandardInput) {
    standard_input_ = &std::cin;
    return;
  }
  std::error_code ignored;
  if (fs::is_directory(file, ignored)) throw InvalidFile(file + ": is a folder, not a file of texts");
  file_.open(file, std::ios::binary);
  if (!file_) throw InvalidFile(file + ": cannot be read: " + std::strerror(errno));
}

std::optional<Text> TextReader::next() {
  std::string line;
  while (std::getline(input(), line)) {
    ++line_;
    if (line.ends_with('\r')) line.pop_back();
    if (line_ == 1 && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
    if (json_ && line.find_first_not_of(" \t") == line.npos) continue;
    return Text{json_ ? parse(line) : std::move(line), name_ + ":" + std::to_string(line_)};
  }
  stop_if_interrupted();  // which ends standard input, too
  if (input().bad()) throw InvalidFile(name_ + ": cannot be read on: " + std::strerror(errno));
  return std::nullopt;
}

std::string TextReader::parse(const std::string& line) const {
  const Json value = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object() && value.contains("text") && value["text"].is_string()) return value["text"].get<std::string>();
  throw InvalidFile(name_ + ":" + std::to_string(line_) +
                    ": must be a JSON string or an object with a string \"text\"");
}

std::uint64_t TextReader::line_count() const {
  std::error_code ignored;
  if (!file_.is_open() || !fs::is_regular_file(name_, ignored)) return 0;
  std::ifstream file(name_, std::ios::binary);
  std::uint64_t lines = 0;
  bool open = false;  // the last line has no line break
  std::vector<char> buffer(1 << 16);
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())), file.gcount() > 0) {
    lines += static_cast<std::uint64_t>(std::count(buffer.data(), buffer.data() + file.gcount(), '\n'));
    open = buffer[static_cast<std::size_t>(file.gcount()) - 1] != '\n';
  }
  return lines + (open ? 1 : 0);
}

std::vector<Text> read_texts(const std::vector<std::string>& given, const std::string& option,
                             const std::vector<std::string>& files) {
  std::vector<Text> texts;
  const auto read = [&](const std::string& file) {
    TextReader reader(file);
    while (auto text = reader.next()) texts.push_back(*std::move(text));
  };
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (given[i] == kStandardInput) {
      read(given[i]);
    } else {
      texts.push_back({given[i], option + " " + std::to_string(i + 1)});
    }
  }
  for (const auto& file : files) read(file);
  return texts;
}

std::vector<std::string> contents(const std::vector<Text>& texts) {
  std::vector<std::string> result;
  result.reserve(texts.size());
  std::transform(texts.begin(), texts.end(), std::back_inserter(result), [](const Text& text) { return text.text; });
  return result;
}

}  // namespace longclip::cli
