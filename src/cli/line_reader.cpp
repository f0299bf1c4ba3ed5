#include "cli/line_reader.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string_view>
#include <system_error>

#include <longclip/error.h>

#include "cli/interrupt.h"
#include "cli/standard_input.h"

namespace longclip::cli {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

LineReader::LineReader(const std::string& file) : name_(file == kStandardInput ? "standard input" : file) {
  if (file == kStandardInput) return;
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) throw InvalidFile(file + ": is a folder, not a file of lines");
  file_.open(file, std::ios::binary);
  if (!file_) throw InvalidFile(file + ": cannot be read: " + std::strerror(errno));
}

std::optional<std::string> LineReader::next() {
  if (std::string line; std::getline(input(), line)) {
    ++number_;
    if (line.ends_with('\r')) line.pop_back();
    if (number_ == 1 && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
    if (line.find('\0') != line.npos) {
      throw InvalidFile(name_ + ":" + std::to_string(number_) + ": holds a NUL byte, so this is no text in UTF-8");
    }
    return line;
  }
  stop_if_interrupted();  // which ends standard input, too
  if (failed()) throw InvalidFile(name_ + ": cannot be read: " + std::strerror(errno));
  return std::nullopt;
}

std::istream& LineReader::input() { return is_file() ? static_cast<std::istream&>(file_) : std::cin; }
bool LineReader::failed() { return is_file() ? file_.bad() : standard_input_failed(); }

}  // namespace longclip::cli
