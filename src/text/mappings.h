#pragma once

#include <cstddef>
#include <string_view>

namespace longclip::text {

// A character and the one to three that stand for it.
struct Mapping {
  char32_t from;
  char32_t to[3];

  std::u32string_view text() const noexcept { return {to, to[1] == 0 ? 1u : to[2] == 0 ? 2u : 3u}; }
};

// Each returns null for a character that stays.
const Mapping* find_ligature(char32_t c) noexcept;
const Mapping* find_width(char32_t c) noexcept;
const Mapping* find_lower_case(char32_t c) noexcept;

}  // namespace longclip::text
