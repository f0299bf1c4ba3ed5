#include "cli/process.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace longclip::testing {
namespace {

struct Ends {
  int ours;
  int theirs;
};

Ends open_pipe(bool ours_reads) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  return ours_reads ? Ends{ends[0], ends[1]} : Ends{ends[1], ends[0]};
}

Ends open_terminal() {
  const int ours = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (ours < 0 || ::grantpt(ours) != 0 || ::unlockpt(ours) != 0) throw std::runtime_error("no terminal");
  const int theirs = ::open(::ptsname(ours), O_RDWR | O_NOCTTY | O_CLOEXEC);
  const winsize size{24, 80, 0, 0};
  ::ioctl(theirs, TIOCSWINSZ, &size);
  return {ours, theirs};
}

Ends open_result(bool terminal) { return terminal ? open_terminal() : open_pipe(true); }

std::vector<std::string> environment_of(const Invocation& invocation) {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    variables[std::string(text.substr(0, equals))] = text.substr(equals + 1);
  }
  for (const char* name : {"LONGCLIP_MODEL", "LONGCLIP_HOME", "NO_COLOR", "COLUMNS", "TERM"}) variables.erase(name);
  for (const auto& [name, value] : invocation.environment) variables[name] = value;
  std::vector<std::string> result;
  for (const auto& [name, value] : variables) result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (auto& string : strings) result.push_back(string.data());
  result.push_back(nullptr);
  return result;
}

// Leaves root what any owner of files may do, in the program that is started next too.
bool drop_privileges() {
  if (::prctl(PR_SET_SECUREBITS, SECBIT_NOROOT) != 0) return false;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  return ::syscall(SYS_capset, &header, none) == 0;
}

void close_once(int& fd) {
  if (fd >= 0) ::close(std::exchange(fd, -1));
}

// Reads what there is; closes at the end (which a terminal tells by an error).
void drain(int& fd, std::string& text) {
  char buffer[1 << 14];
  const ssize_t count = ::read(fd, buffer, sizeof buffer);
  if (count > 0) {
    text.append(buffer, static_cast<std::size_t>(count));
  } else if (count == 0 || errno != EINTR) {
    close_once(fd);
  }
}

}  // namespace

Process::Process(const Invocation& invocation) {
  const Ends input = open_pipe(false);
  const Ends output = open_result(invocation.output_terminal);
  const Ends error = open_result(invocation.error_terminal);
  std::vector<std::string> arguments = {LONGCLIP_COMMAND};
  arguments.insert(arguments.end(), invocation.arguments.begin(), invocation.arguments.end());
  auto variables = environment_of(invocation);
  const auto argument_pointers = pointers(arguments);
  const auto variable_pointers = pointers(variables);

  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("cannot fork");
  if (pid_ == 0) {
    ::dup2(input.theirs, STDIN_FILENO);
    ::dup2(output.theirs, STDOUT_FILENO);
    ::dup2(error.theirs, STDERR_FILENO);
    if (!invocation.input_path.empty())
      ::dup2(::open(invocation.input_path.c_str(), O_RDONLY | O_CLOEXEC), STDIN_FILENO);
    if (invocation.without_privileges && ::geteuid() == 0 && !drop_privileges()) ::_exit(125);
    if (invocation.error_closed) ::close(STDERR_FILENO);
    if (!invocation.folder.empty() && ::chdir(invocation.folder.c_str()) != 0) ::_exit(126);
    ::execve(LONGCLIP_COMMAND, argument_pointers.data(), variable_pointers.data());
    ::_exit(127);
  }
  for (const Ends& ends : {input, output, error}) ::close(ends.theirs);
  input_ = input.ours;
  output_ = output.ours;
  error_ = error.ours;
  write_input(invocation.input);
}

Process::~Process() {
  for (int* fd : {&input_, &output_, &error_}) close_once(*fd);
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Process::write_input(const std::string& text) {
  ::signal(SIGPIPE, SIG_IGN);  // the command need not read it
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t count = ::write(input_, rest.data(), rest.size());
    if (count < 0) return;
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Process::close_input() { close_once(input_); }

void Process::close_output() { close_once(output_); }

void Process::send(int signal) { ::kill(pid_, signal); }

Outcome Process::wait() {
  close_input();
  Outcome outcome;
  while (output_ >= 0 || error_ >= 0) {
    pollfd files[] = {{output_, POLLIN, 0}, {error_, POLLIN, 0}};  // poll() passes over closed ones
    ::poll(files, 2, -1);
    if (files[0].revents != 0) drain(output_, outcome.output);
    if (files[1].revents != 0) drain(error_, outcome.error);
  }
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
  return outcome;
}

Outcome longclip(const Invocation& invocation) { return Process(invocation).wait(); }

}  // namespace longclip::testing
