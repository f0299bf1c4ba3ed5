#include "io/regular_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <longclip/error.h>

namespace longclip::io {

void fail_to_read(const std::filesystem::path& path, const char* reason) {
  throw InvalidFile(path.string() + ": " + (reason != nullptr ? reason : std::strerror(errno)));
}

// O_NONBLOCK: a named pipe must be refused, not waited for.
RegularFile::RegularFile(const std::filesystem::path& path)
    : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  if (descriptor_ < 0) fail_to_read(path);
  struct stat status {};
  const char* reason = nullptr;
  if (::fstat(descriptor_, &status) != 0) {
    reason = std::strerror(errno);
  } else if (S_ISDIR(status.st_mode)) {
    reason = "is a folder, not a file";
  } else if (!S_ISREG(status.st_mode)) {
    reason = "is not a regular file";
  }
  if (reason != nullptr) {
    ::close(descriptor_);
    fail_to_read(path, reason);
  }
  size_ = static_cast<std::size_t>(status.st_size);
}

RegularFile::~RegularFile() { ::close(descriptor_); }

}  // namespace longclip::io
