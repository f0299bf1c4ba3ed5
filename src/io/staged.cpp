#include "io/staged.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <longclip/error.h>

namespace longclip::io {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& reason) {
  throw InvalidFile(path.string() + ": cannot be written: " + reason);
}

void sync(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace

Staged::Staged(std::filesystem::path destination, Kind kind) : destination_(std::move(destination)), kind_(kind) {
  if (!destination_.has_filename()) destination_ = destination_.parent_path();
  const auto parent = destination_.has_parent_path() ? destination_.parent_path() : std::filesystem::path(".");
  std::error_code error;
  std::filesystem::create_directories(parent, error);
  if (error) fail(destination_, error.message());
  std::string name = (parent / ("." + destination_.filename().string() + ".XXXXXX")).string();
  if (kind_ == Kind::folder) {
    if (::mkdtemp(name.data()) == nullptr) fail(destination_, std::strerror(errno));
    ::chmod(name.c_str(), 0755);
  } else {
    const int fd = ::mkstemp(name.data());
    if (fd < 0) fail(destination_, std::strerror(errno));
    ::fchmod(fd, 0644);
    ::close(fd);
  }
  staging_ = name;
}

Staged::~Staged() {
  if (published_) return;
  std::error_code ignored;
  std::filesystem::remove_all(staging_, ignored);
}

void Staged::publish() {
  std::error_code error;
  if (kind_ == Kind::folder) {
    for (const auto& entry : std::filesystem::directory_iterator(staging_)) sync(entry.path());
  }
  sync(staging_);
  if (kind_ == Kind::folder && std::filesystem::exists(destination_)) {
    // rename() replaces an empty folder only: move the old one aside first.
    auto old = staging_;
    old += ".old";
    std::filesystem::rename(destination_, old, error);
    if (error) fail(destination_, error.message());
    std::filesystem::rename(staging_, destination_, error);
    if (error) {
      const std::string reason = error.message();
      std::filesystem::rename(old, destination_, error);
      fail(destination_, reason);
    }
    std::filesystem::remove_all(old, error);
  } else {
    std::filesystem::rename(staging_, destination_, error);
    if (error) fail(destination_, error.message());
  }
  published_ = true;
}

void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  Staged staged(path, Staged::Kind::file);
  std::ofstream file(staged.path(), std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) fail(path, std::strerror(errno));
  staged.publish();
}

}  // namespace longclip::io
