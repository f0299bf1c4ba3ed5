#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/failures.h"
#include "cli/line_reader.h"

namespace longclip::cli {

struct Text {
  std::string text;
  std::string where;  // "captions.txt:3", for messages
};

// The texts of a FILE, one after the other, in memory of one:
//   .jsonl   a JSON string, or an object with "text", on each line; blank lines are passed over
//   others   one text a line, empty lines included
//   -        standard input, one text a line
// Lines that are not of the form go to `failures`.
class TextReader {
 public:
  // Throws InvalidFile if the file cannot be read.
  TextReader(const std::string& file, Failures& failures);

  // Throws InvalidFile if the file cannot be read on, or is a binary file or UTF-16.
  std::optional<Text> next();

  // Number of lines; 0 where it cannot be told beforehand, as on a pipe.
  std::uint64_t line_count() const;

 private:
  Failures& failures_;
  LineReader lines_;
  bool json_;
};

// Takes the texts given on the command line, then those of files, one after the other, `-` among
// either being standard input. `option` names the former in messages. Throws as TextReader.
void read_texts(const std::vector<std::string>& given, const std::string& option, const std::vector<std::string>& files,
                Failures& failures, const std::function<void(Text)>& take);

// Just the texts, as the library takes them.
std::vector<std::string> contents(const std::vector<Text>& texts);

}  // namespace longclip::cli
