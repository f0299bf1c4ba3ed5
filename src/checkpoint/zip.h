#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "checkpoint/source.h"

namespace longclip::checkpoint {

// The directory of a zip archive; entries are views of the file.
//
// Checked at once: every entry lies inside the file and before the directory, none overlaps
// another, names are unique. Checksums are not: PyTorch can leave them out.
class Zip {
 public:
  // Throws InvalidFile. `source` must outlive the archive's views.
  explicit Zip(const Source& source);

  static bool is_zip(std::span<const std::byte> bytes) noexcept;

  // The bytes of an entry; nothing if there is none. Throws InvalidFile if it is compressed or
  // encrypted.
  std::optional<std::span<const std::byte>> find(std::string_view name) const;

  struct Entry {
    std::span<const std::byte> bytes;
    std::uint16_t method;
    bool encrypted;
  };
  // By name.
  const std::map<std::string_view, Entry>& entries() const noexcept { return entries_; }

 private:
  const Source* source_;
  std::map<std::string_view, Entry> entries_;
};

}  // namespace longclip::checkpoint
