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

// The text of a line of JSON.
std::optional<std::string> parse(const std::string& line) {
  const Json value = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object() && value.contains("text") && value["text"].is_string()) return value["text"].get<std::string>();
  return std::nullopt;
}

}  // namespace

TextReader::TextReader(const std::string& file, Failures& failures)
    : failures_(failures), name_(file == kStandardInput ? "standard input" : file), json_(file.ends_with(".jsonl")) {
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
    const std::string where = name_ + ":" + std::to_string(line_);
    if (line.find('\0') != line.npos) throw InvalidFile(where + ": holds a NUL byte, so this is no text in UTF-8");
    if (!json_) return Text{std::move(line), where};
    if (line.find_first_not_of(" \t") == line.npos) continue;
    if (auto text = parse(line)) return Text{*std::move(text), where};
    failures_.add(where, "must be a JSON string or an object with a string \"text\"");
  }
  stop_if_interrupted();  // which ends standard input, too
  if (failed()) throw InvalidFile(name_ + ": cannot be read: " + std::strerror(errno));
  return std::nullopt;
}

bool TextReader::failed() { return file_.is_open() ? file_.bad() : standard_input_failed(); }

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
