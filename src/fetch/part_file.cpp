#include "fetch/part_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <longclip/error.h>

namespace longclip::hub {
namespace {

void remove_others(const std::filesystem::path& folder, const std::filesystem::path& kept) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (entry.path() != kept && entry.path().extension() == ".part") std::filesystem::remove(entry.path(), ignored);
  }
}

}  // namespace

PartFile::PartFile(const std::filesystem::path& folder, const std::string& file, const std::string& sha256)
    : path_(folder / (file + "." + sha256 + ".part")) {
  remove_others(folder, path_);
  fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd_ < 0) fail();
  size_ = static_cast<std::uint64_t>(std::max<off_t>(::lseek(fd_, 0, SEEK_END), 0));
}

PartFile::~PartFile() { ::close(fd_); }

void PartFile::write(std::uint64_t offset, std::span<const std::byte> bytes) {
  if (offset != size_) {
    if (::ftruncate(fd_, static_cast<off_t>(offset)) != 0) fail();
    size_ = offset;
  }
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail();
    size_ += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void PartFile::discard() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

void PartFile::fail() const {
  throw InvalidFile(path_.string() + ": cannot be written: " + std::strerror(errno) +
                    ": make room, or set LONGCLIP_HOME to another folder");
}

}  // namespace longclip::hub
