#pragma once

#include <cstdint>
#include <string_view>

// What is known of each character: one look-up gives all that cleaning and splitting ask.
namespace longclip::text {

struct Class {
  std::uint64_t badness[2];  // the positions of the badness rules that it fits (mojibake.cpp)
  std::uint32_t flags;       // of Flag
  std::uint16_t charmaps;    // bit n: charmap n of the ten can encode it
  std::uint8_t combining;    // Unicode's canonical combining class
};

#include "text/tables/classes.inc"

// c must be a code point: below 110000.
inline const Class& class_of(char32_t c) noexcept { return classes[class_blocks[class_index[c >> 6] * 64 + (c & 63)]]; }

inline bool has(char32_t c, std::uint32_t flags) noexcept { return (class_of(c).flags & flags) != 0; }

// Those of all characters together.
inline std::uint32_t flags_of(std::u32string_view text) noexcept {
  std::uint32_t flags = 0;
  for (const char32_t c : text) flags |= class_of(c).flags;
  return flags;
}

}  // namespace longclip::text
