#pragma once

#include <cstddef>
#include <filesystem>

namespace longclip::io {

// An open file that is a regular one.
class RegularFile {
 public:
  // Throws InvalidFile with the system's reason: missing, a folder, no permission.
  explicit RegularFile(const std::filesystem::path& path);
  ~RegularFile();
  RegularFile(const RegularFile&) = delete;  // one owner of the descriptor
  RegularFile& operator=(const RegularFile&) = delete;

  int descriptor() const noexcept { return descriptor_; }
  std::size_t size() const noexcept { return size_; }  // when it was opened

 private:
  int descriptor_;
  std::size_t size_ = 0;
};

// Throws InvalidFile: the path and the reason, or, without one, what errno says.
[[noreturn]] void fail_to_read(const std::filesystem::path& path, const char* reason = nullptr);

}  // namespace longclip::io
