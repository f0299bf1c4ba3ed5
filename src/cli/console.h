#pragma once

#include <string>
#include <string_view>

namespace longclip::cli {

// Where the command speaks: results on standard output, everything else on standard error.
class Console {
 public:
  // Looks once at what the two streams are, and at NO_COLOR, TERM and COLUMNS.
  Console();

  // Writes results, at once. Throws Interrupted with SIGPIPE if the reader has gone, InvalidFile
  // if they cannot be written.
  void print(std::string_view text);

  // One line on standard error: "longclip: MESSAGE". Control characters, line breaks included,
  // are shown escaped, since file names and texts may hold any.
  void report(std::string_view message);

  // Replaces the one line of standard error that shows progress. Nothing unless a person watches.
  void show_status(std::string_view status);
  void clear_status();

  bool watched() const noexcept { return watched_; }  // standard error is a terminal
  bool colour() const noexcept { return colour_; }    // of results
  int width() const noexcept { return width_; }       // columns of results; 0: no bound

 private:
  bool watched_ = false;
  bool colour_ = false;
  bool status_shown_ = false;
  int width_ = 0;
};

}  // namespace longclip::cli
