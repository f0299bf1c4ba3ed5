#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace longclip::testing {

// How the command is run. Its environment is this process's without what LongCLIP reads, plus
// `environment`.
struct Invocation {
  std::vector<std::string> arguments;
  std::string input{};  // on standard input
  std::map<std::string, std::string> environment{};
  std::string folder{};             // the working one; empty: this process's
  std::string input_path{};         // what standard input is, in place of a pipe with `input`
  bool error_closed = false;        // it starts without a standard error
  bool without_privileges = false;  // root's rights over the files of others are taken from it
  bool output_terminal = false;     // standard output, or error, is a terminal of 80 columns
  bool error_terminal = false;
};

struct Outcome {
  int exit_code = -1;  // -1 if a signal ended it
  int signal = 0;
  std::string output;
  std::string error;
};

// The command longclip, started. The destructor ends what still runs.
class Process {
 public:
  explicit Process(const Invocation& invocation);
  ~Process();
  Process(const Process&) = delete;  // a process has one owner
  Process& operator=(const Process&) = delete;

  void write_input(const std::string& text);
  void close_input();
  void close_output();  // as `| head` does
  void send(int signal);
  Outcome wait();  // closes the input, reads all output

 private:
  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  int error_ = -1;
};

// Runs it to its end.
Outcome longclip(const Invocation& invocation);

inline Outcome longclip(std::vector<std::string> arguments) { return longclip(Invocation{std::move(arguments)}); }

}  // namespace longclip::testing
