#include "image/ifd.h"

#include <algorithm>

namespace longclip::image {
namespace {

constexpr std::uint16_t kOrientation = 274;

// Bytes of one value of the integer types BYTE, SHORT, LONG and LONG8; 0 for any other.
int value_size(std::uint64_t type) {
  switch (type) {
    case 1:
      return 1;
    case 3:
      return 2;
    case 4:
      return 4;
    case 16:
      return 8;
    default:
      return 0;
  }
}

}  // namespace

bool Ifd::recognises(Bytes bytes) {
  return bytes.matches(0, {"II\x2a\0", 4}) || bytes.matches(0, {"MM\0\x2a", 4}) || bytes.matches(0, {"II\x2b\0", 4}) ||
         bytes.matches(0, {"MM\0\x2b", 4});
}

Ifd::Ifd(Bytes tiff) : bytes_(tiff), big_endian_(tiff[0] == 'M'), big_tiff_(tiff[2] == 0x2b || tiff[3] == 0x2b) {
  if (!recognises(tiff)) return;
  const std::uint64_t directory = integer(big_tiff_ ? 8 : 4, big_tiff_ ? 8 : 4);
  const std::size_t count_size = big_tiff_ ? 8 : 2;
  if (directory >= bytes_.size()) return;
  const std::uint64_t said = integer(directory, static_cast<int>(count_size));
  first_ = directory + count_size;
  if (first_ >= bytes_.size()) return;
  entries_ = std::min<std::uint64_t>(said, (bytes_.size() - first_) / (big_tiff_ ? 20 : 12));
}

std::uint64_t Ifd::integer(std::size_t at, int size) const {
  std::uint64_t value = 0;
  for (int i = 0; i < size; ++i) {
    value = value << 8 | bytes_[at + static_cast<std::size_t>(big_endian_ ? i : size - 1 - i)];
  }
  return value;
}

std::optional<std::size_t> Ifd::find(std::uint16_t tag) const {
  for (std::size_t i = 0; i < entries_; ++i) {
    const std::size_t at = first_ + i * (big_tiff_ ? 20 : 12);
    if (integer(at, 2) == tag) return at;
  }
  return std::nullopt;
}

std::uint64_t Ifd::count(std::uint16_t tag) const {
  const auto at = find(tag);
  if (!at || value_size(integer(*at + 2, 2)) == 0) return 0;
  return integer(*at + 4, big_tiff_ ? 8 : 4);
}

std::optional<std::uint32_t> Ifd::value(std::uint16_t tag, std::uint64_t index) const {
  const auto at = find(tag);
  if (!at || index >= count(tag) || index >= bytes_.size()) return std::nullopt;
  const int size = value_size(integer(*at + 2, 2));
  const int inline_size = big_tiff_ ? 8 : 4;
  std::uint64_t values = *at + 4 + static_cast<std::uint64_t>(inline_size);
  if (count(tag) > static_cast<std::uint64_t>(inline_size / size)) values = integer(values, inline_size);
  if (values >= bytes_.size()) return std::nullopt;
  const std::uint64_t offset = values + index * static_cast<std::uint64_t>(size);
  if (!bytes_.has(offset, static_cast<std::size_t>(size))) return std::nullopt;
  const std::uint64_t value = integer(offset, size);
  if (value > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

int exif_orientation(Bytes tiff) {
  const std::uint32_t value = Ifd(tiff).value_or(kOrientation, 1);
  return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

}  // namespace longclip::image
