#pragma once

#include <cstdint>
#include <fstream>
#include <istream>
#include <optional>
#include <string>

namespace longclip::cli {

// The lines of a file, or of standard input (`-`), one after the other, without line breaks (LF or CR LF) and byte
// order mark.
class LineReader {
 public:
  // Throws InvalidFile if the file cannot be read.
  explicit LineReader(const std::string& file);

  // Throws InvalidFile if the file cannot be read on, or is a binary file or UTF-16.
  std::optional<std::string> next();

  bool is_file() const { return file_.is_open(); }
  const std::string& name() const noexcept { return name_; }  // for messages
  std::uint64_t number() const noexcept { return number_; }   // of the last line, counted from 1

 private:
  std::istream& input();
  bool failed();

  std::string name_;
  std::ifstream file_;  // not open: standard input
  std::uint64_t number_ = 0;
};

}  // namespace longclip::cli
