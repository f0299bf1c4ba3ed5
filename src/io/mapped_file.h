#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace longclip::io {

// A file's bytes, read-only, mapped into memory. Views into it live as long as the object; a
// shared_ptr keeps it alive beside them.
class MappedFile {
 public:
  // Throws InvalidFile with the system's reason: missing, a folder, no permission.
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);

  ~MappedFile();
  MappedFile(const MappedFile&) = delete;  // views into it would dangle
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }
  const std::filesystem::path& path() const noexcept { return path_; }

  // Takes the whole pages of `part` out of this process's memory; they come back when touched.
  void release(std::span<const std::byte> part) const noexcept;

 private:
  MappedFile(std::filesystem::path path, const std::byte* data, std::size_t size);
  std::filesystem::path path_;
  const std::byte* data_;
  std::size_t size_;
};

}  // namespace longclip::io
