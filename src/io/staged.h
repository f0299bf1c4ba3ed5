#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace longclip::io {

// A file or folder that is written beside its place and takes it in one step: readers see the
// old one or the whole new one. Until publish() the destructor removes what was written.
// A crash can leave a hidden sibling (".NAME.XXXXXX"), never a half-written NAME. Rights are those
// that the user's umask gives. A link is followed: what it points to is replaced.
class Staged {
 public:
  enum class Kind { file, folder };

  // Missing parent folders are made. Throws InvalidFile if the place cannot be written, or holds
  // what is neither missing nor of this kind: a device, a pipe.
  Staged(std::filesystem::path destination, Kind kind);
  ~Staged();
  Staged(const Staged&) = delete;  // one owner of what lies on disk
  Staged& operator=(const Staged&) = delete;

  const std::filesystem::path& path() const noexcept { return staging_; }

  // Flushes to disk and moves into place; replaces what is there.
  void publish();

  // The same, but throws InvalidFile where the place has been taken meanwhile.
  void publish_new();

  // `text` with the destination's name in place of the staging one: what is told to a user.
  std::string in_users_terms(std::string text) const;

 private:
  void flush() const;
  void replace_folder();
  void arrived();
  std::filesystem::path destination_;
  std::filesystem::path staging_;
  Kind kind_;
  bool published_ = false;
};

// Throws InvalidFile: the path and the reason, or, without one, what errno says.
[[noreturn]] void fail_to_write(const std::filesystem::path& path, const char* reason = nullptr);

// Writes a whole file in one step. Throws InvalidFile.
void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_text(const std::filesystem::path& path, std::string_view text);

}  // namespace longclip::io
