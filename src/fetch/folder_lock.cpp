#include "fetch/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <system_error>
#include <thread>

#include <longclip/error.h>

namespace longclip::hub {
namespace {

[[noreturn]] void fail(const std::filesystem::path& folder, const std::string& reason) {
  throw InvalidFile(folder.string() + ": cannot be used: " + reason + ": set LONGCLIP_HOME to a folder of yours");
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder, const std::function<void()>& watch) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail(folder, error.message());
  fd_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd_ < 0) fail(folder, std::strerror(errno));
  // Asked again and again, since a blocking call could not be stopped.
  while (::flock(fd_, LOCK_EX | LOCK_NB) != 0 && (errno == EWOULDBLOCK || errno == EINTR)) {
    try {
      watch();
    } catch (...) {
      ::close(fd_);
      throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

FolderLock::~FolderLock() { ::close(fd_); }

}  // namespace longclip::hub
