#include "io/read_file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>

#include "io/regular_file.h"

namespace longclip::io {

std::vector<std::byte> read_file(const std::filesystem::path& path, std::size_t limit) {
  const RegularFile file(path);
  std::vector<std::byte> bytes;
  try {
    bytes.resize(std::min(limit, file.size()));
  } catch (const std::bad_alloc&) {
    fail_to_read(path, "is too large for this machine's memory");
  }
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::read(file.descriptor(), bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_to_read(path);
    if (got == 0) break;  // cut by someone else since it was opened
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

}  // namespace longclip::io
