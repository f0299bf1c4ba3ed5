#include "cli/console.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include <longclip/error.h>

#include "cli/interrupt.h"
#include "cli/terminal_text.h"

namespace longclip::cli {
namespace {

// False with errno set if not all of it could be written.
bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

int columns_of(int fd) {
  if (const char* columns = std::getenv("COLUMNS")) {
    if (const int width = std::atoi(columns); width > 0) return width;
  }
  winsize size{};
  if (::isatty(fd) && ::ioctl(fd, TIOCGWINSZ, &size) == 0) return size.ws_col;
  return 0;
}

constexpr std::string_view kEraseLine = "\r\x1b[K";

}  // namespace

Console::Console() {
  const char* term = std::getenv("TERM");
  const bool dumb = term != nullptr && std::string_view(term) == "dumb";
  watched_ = ::isatty(STDERR_FILENO) && !dumb;
  colour_ = ::isatty(STDOUT_FILENO) && !dumb && !set("NO_COLOR");
  width_ = columns_of(STDOUT_FILENO);
}

void Console::print(std::string_view text) {
  clear_status();
  if (write_all(STDOUT_FILENO, text)) return;
  if (errno == EPIPE) throw Interrupted{SIGPIPE};
  throw InvalidFile(std::string("standard output cannot be written: ") + std::strerror(errno));
}

void Console::report(std::string_view message) {
  clear_status();
  write_all(STDERR_FILENO, "longclip: " + escaped(message) + "\n");
}

void Console::show_status(std::string_view status) {
  if (!watched_) return;
  write_all(STDERR_FILENO, std::string(kEraseLine).append(status));
  status_shown_ = true;
}

void Console::clear_status() {
  if (!status_shown_) return;
  write_all(STDERR_FILENO, kEraseLine);
  status_shown_ = false;
}

}  // namespace longclip::cli
