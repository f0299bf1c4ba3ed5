#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "image/bytes.h"

namespace longclip::image {

// The first directory of a TIFF file, or of the TIFF block that EXIF is. Never reads outside the
// bytes it was given; a damaged directory has fewer entries.
class Ifd {
 public:
  explicit Ifd(Bytes tiff);

  static bool recognises(Bytes bytes);

  // Number of values of a tag: 0 if it is not there, or not of an integer type.
  std::uint64_t count(std::uint16_t tag) const;
  // One value of a tag; none if it is not there or lies outside the file.
  std::optional<std::uint32_t> value(std::uint16_t tag, std::uint64_t index = 0) const;
  std::uint32_t value_or(std::uint16_t tag, std::uint32_t otherwise) const { return value(tag).value_or(otherwise); }

 private:
  std::uint64_t integer(std::size_t at, int size) const;
  std::optional<std::size_t> find(std::uint16_t tag) const;
  Bytes bytes_;
  bool big_endian_;
  bool big_tiff_;
  std::size_t first_ = 0;  // offset of the first entry
  std::size_t entries_ = 0;
};

// EXIF's orientation, 1 to 8; 1 where there is none.
int exif_orientation(Bytes tiff);

}  // namespace longclip::image
