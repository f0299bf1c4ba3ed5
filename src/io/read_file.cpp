#include "io/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include <longclip/error.h>

namespace longclip::io {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* reason) {
  throw InvalidFile(path.string() + ": " + reason);
}

struct Descriptor {
  int fd;
  ~Descriptor() { ::close(fd); }
};

}  // namespace

std::vector<std::byte> read_file(const std::filesystem::path& path, std::size_t limit) {
  // O_NONBLOCK: a named pipe must be refused, not waited for.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) fail(path, std::strerror(errno));
  const Descriptor descriptor{fd};
  struct stat status {};
  if (::fstat(fd, &status) != 0) fail(path, std::strerror(errno));
  if (S_ISDIR(status.st_mode)) fail(path, "is a folder, not a file");
  if (!S_ISREG(status.st_mode)) fail(path, "is not a regular file");
  std::vector<std::byte> bytes;
  try {
    bytes.resize(std::min(limit, static_cast<std::size_t>(status.st_size)));
  } catch (const std::bad_alloc&) {
    fail(path, "is too large for this machine's memory");
  }
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::read(fd, bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path, std::strerror(errno));
    if (got == 0) break;  // cut by someone else since fstat()
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

}  // namespace longclip::io
