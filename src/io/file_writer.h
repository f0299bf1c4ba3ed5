#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>

namespace longclip::io {

// Writes a large file from its beginning to its end. What was written is on its way to the disk
// already while the rest is written, so that whoever flushes it at the end does not wait for all.
class FileWriter {
 public:
  // Replaces what is there. Throws InvalidFile with the system's reason, as the others do.
  explicit FileWriter(std::filesystem::path path);

  void write(std::span<const std::byte> bytes);
  void close();

  std::uint64_t size() const noexcept { return size_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::uint64_t size_ = 0;
  std::uint64_t sent_ = 0;
};

}  // namespace longclip::io
