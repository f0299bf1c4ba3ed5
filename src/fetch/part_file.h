#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace longclip::hub {

// What there is of a download: FILE.SHA256.part in a folder of its own. The hash that the whole is
// to have is in the name, so that bytes of another version are never continued.
class PartFile {
 public:
  // Opens or makes it, and removes the parts of other versions. Throws InvalidFile.
  PartFile(const std::filesystem::path& folder, const std::string& file, const std::string& sha256);
  ~PartFile();
  PartFile(const PartFile&) = delete;  // one writer
  PartFile& operator=(const PartFile&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }
  std::uint64_t size() const noexcept { return size_; }

  // Puts bytes at `offset`, at most size(); what was there behind them is gone. Throws
  // InvalidFile: a full disk as a rule.
  void write(std::uint64_t offset, std::span<const std::byte> bytes);

  // Removes the file.
  void discard();

 private:
  [[noreturn]] void fail() const;

  std::filesystem::path path_;
  int fd_;
  std::uint64_t size_ = 0;
};

}  // namespace longclip::hub
