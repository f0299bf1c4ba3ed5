#include "io/staged.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <longclip/error.h>

namespace longclip::io {

void fail_to_write(const std::filesystem::path& path, const char* reason) {
  throw InvalidFile(path.string() + ": cannot be written: " + (reason != nullptr ? reason : std::strerror(errno)));
}

namespace {

std::filesystem::path parent_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

// Makes a hidden file or folder beside `destination` under a name that nothing has, with the
// rights that the user's umask gives.
std::filesystem::path make_sibling(const std::filesystem::path& destination, Staged::Kind kind) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  constexpr std::size_t longest = 200;  // so that what is added fits into a file's name
  std::random_device random;
  while (true) {
    std::string name = "." + destination.filename().string().substr(0, longest) + ".";
    for (int i = 0; i < 6; ++i) name += letters[random() % letters.size()];
    const auto path = parent_of(destination) / name;
    if (kind == Staged::Kind::folder) {
      if (::mkdir(path.c_str(), 0777) == 0) return path;
    } else if (const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666); fd >= 0) {
      ::close(fd);
      return path;
    }
    if (errno != EEXIST) fail_to_write(destination);
  }
}

// Brings what was written to the disk, by fsync() or syncfs(). False where that failed, with errno.
bool sync(const std::filesystem::path& path, int (*call)(int) = ::fsync) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool done = call(fd) == 0 || errno == EINVAL || errno == ENOTSUP;  // not every file system can
  const int error = errno;
  ::close(fd);
  errno = error;
  return done;
}

// Where a link leads to, though nothing is there yet.
std::filesystem::path end_of_links(std::filesystem::path path) {
  constexpr int kMostLinks = 40;  // as many as Linux follows
  std::error_code error;
  for (int links = 0; std::filesystem::is_symlink(path, error); ++links) {
    if (links == kMostLinks) fail_to_write(path, "it is a link that leads to itself");
    const auto target = std::filesystem::read_symlink(path, error);
    if (error) fail_to_write(path, error.message().c_str());
    path = parent_of(path) / target;
  }
  return path;
}

}  // namespace

Staged::Staged(std::filesystem::path destination, Kind kind) : destination_(std::move(destination)), kind_(kind) {
  if (!destination_.has_filename()) destination_ = destination_.parent_path();
  std::error_code error;
  // A link stays one: what it points to is replaced.
  if (std::filesystem::is_symlink(destination_, error)) {
    const auto target = std::filesystem::canonical(destination_, error);
    destination_ = error ? end_of_links(destination_) : target;
  }
  // A file put into the place of a device (/dev/null) or a pipe would break it for all.
  const auto there = std::filesystem::status(destination_, error).type();
  const bool file = kind_ == Kind::file;
  const auto wanted = file ? std::filesystem::file_type::regular : std::filesystem::file_type::directory;
  if (there != std::filesystem::file_type::not_found && there != std::filesystem::file_type::none && there != wanted) {
    fail_to_write(destination_, file ? "it is there and no regular file" : "it is there and no folder");
  }
  std::filesystem::create_directories(parent_of(destination_), error);
  if (error) fail_to_write(destination_, error.message().c_str());
  staging_ = make_sibling(destination_, kind_);
}

Staged::~Staged() {
  std::error_code ignored;
  if (!published_) std::filesystem::remove_all(staging_, ignored);
}

void Staged::flush() const {
  std::error_code error;
  if (kind_ == Kind::folder) {
    for (std::filesystem::directory_iterator entry(staging_, error), end; !error && entry != end;
         entry.increment(error)) {
      // What lies deeper may be very many files: one call for all of them.
      if (!sync(entry->path(), entry->is_directory(error) ? ::syncfs : ::fsync)) fail_to_write(destination_);
    }
    if (error) fail_to_write(destination_, error.message().c_str());
  }
  if (!sync(staging_)) fail_to_write(destination_);
}

void Staged::publish() {
  flush();
  std::error_code error;
  if (kind_ == Kind::file || !std::filesystem::exists(destination_, error)) {
    std::filesystem::rename(staging_, destination_, error);
    if (error) fail_to_write(destination_, error.message().c_str());
    arrived();
  } else {
    replace_folder();
  }
}

void Staged::publish_new() {
  flush();
  if (::renameat2(AT_FDCWD, staging_.c_str(), AT_FDCWD, destination_.c_str(), RENAME_NOREPLACE) != 0) {
    // Not every file system can tell in one step; the moment between the two is short.
    std::error_code error;
    if (errno == EEXIST || std::filesystem::exists(std::filesystem::symlink_status(destination_, error))) {
      fail_to_write(destination_, "something has taken its place meanwhile; remove that, or name another place");
    }
    std::filesystem::rename(staging_, destination_, error);
    if (error) fail_to_write(destination_, error.message().c_str());
  }
  arrived();
}

void Staged::arrived() {
  published_ = true;
  sync(parent_of(destination_));  // best effort: what is there is whole already
}

std::string Staged::in_users_terms(std::string text) const {
  const std::string staging = staging_.string();
  const std::string destination = destination_.string();
  for (auto at = text.find(staging); at != std::string::npos; at = text.find(staging, at + destination.size())) {
    text.replace(at, staging.size(), destination);
  }
  return text;
}

// rename() replaces an empty folder only.
void Staged::replace_folder() {
  std::error_code error;
  // The two change places in one step. Where the file system cannot do that, the old one is moved
  // aside first.
  auto old = staging_;
  if (::renameat2(AT_FDCWD, staging_.c_str(), AT_FDCWD, destination_.c_str(), RENAME_EXCHANGE) != 0) {
    old = make_sibling(destination_, Kind::folder);
    std::filesystem::rename(destination_, old, error);
    if (!error) std::filesystem::rename(staging_, destination_, error);
    if (error) {
      const std::string reason = error.message();
      std::filesystem::rename(old, destination_, error);  // fails where it is still there
      std::filesystem::remove(old, error);                // fails where it holds anything
      fail_to_write(destination_, reason.c_str());
    }
  }
  arrived();
  std::filesystem::remove_all(old, error);
}

void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  Staged staged(path, Staged::Kind::file);
  std::ofstream file(staged.path(), std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) fail_to_write(path);
  staged.publish();
}

void write_text(const std::filesystem::path& path, std::string_view text) {
  write_file(path, std::as_bytes(std::span(text)));
}

}  // namespace longclip::io
