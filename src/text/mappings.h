#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "text/characters.h"

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

// Replaces each character that has the flag by what find() gives for it.
template <const Mapping* find(char32_t) noexcept>
void replace_mapped(std::u32string& text, Flag flag) {
  std::size_t growth = 0;
  for (char32_t& c : text) {
    if (!has(c, flag)) continue;
    const std::u32string_view to = find(c)->text();
    if (to.size() == 1) c = to[0];
    growth += to.size() - 1;
  }
  if (growth == 0) return;
  // From the end, so that what grows finds its place.
  std::size_t from = text.size();
  text.resize(text.size() + growth);
  for (std::size_t to = text.size(); from != to;) {
    const char32_t c = text[--from];
    const std::u32string_view mapped = has(c, flag) ? find(c)->text() : std::u32string_view(&c, 1);
    to -= mapped.size();
    mapped.copy(text.data() + to, mapped.size());
  }
}

}  // namespace longclip::text
