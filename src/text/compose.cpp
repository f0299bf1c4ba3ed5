#include "text/compose.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <utility>

#include "text/characters.h"

namespace longclip::text {
namespace {

struct Composition {
  char32_t whole;
  char32_t first;
  char32_t second;
};

#include "text/tables/composition.inc"

// The Hangul syllables are made by arithmetic (The Unicode Standard, section 3.12).
constexpr char32_t syllable_base = 0xAC00, lead_base = 0x1100, vowel_base = 0x1161, tail_base = 0x11A7;
constexpr char32_t lead_count = 19, vowel_count = 21, tail_count = 28;
constexpr char32_t syllable_count = lead_count * vowel_count * tail_count;

void append_decomposed(std::u32string& text, char32_t c) {
  if (c - syllable_base < syllable_count) {
    const char32_t index = c - syllable_base;
    text += lead_base + index / (vowel_count * tail_count);
    text += vowel_base + index / tail_count % vowel_count;
    if (index % tail_count != 0) text += tail_base + index % tail_count;
    return;
  }
  const auto found = std::ranges::lower_bound(decompositions, c, {}, &Composition::whole);
  if (found == std::end(decompositions) || found->whole != c) {
    text += c;
    return;
  }
  append_decomposed(text, found->first);  // at most four deep
  if (found->second != 0) append_decomposed(text, found->second);
}

// 0: the two do not compose.
char32_t composed(char32_t first, char32_t second) {
  if (first - lead_base < lead_count && second - vowel_base < vowel_count) {
    return syllable_base + ((first - lead_base) * vowel_count + (second - vowel_base)) * tail_count;
  }
  if (first - syllable_base < syllable_count && (first - syllable_base) % tail_count == 0 && second > tail_base &&
      second < tail_base + tail_count) {
    return first + (second - tail_base);
  }
  const auto pair = [](const Composition& entry) { return std::pair(entry.first, entry.second); };
  const auto found = std::ranges::lower_bound(compositions, std::pair(first, second), {}, pair);
  const bool match = found != std::end(compositions) && pair(*found) == std::pair(first, second);
  return match ? found->whole : U'\0';
}

std::uint8_t combining_class(char32_t c) { return class_of(c).combining; }

void sort_marks(std::u32string& text) {
  for (auto begin = text.begin(); begin != text.end();) {
    if (combining_class(*begin) == 0) {
      ++begin;
      continue;
    }
    const auto end = std::find_if(begin, text.end(), [](char32_t c) { return combining_class(c) == 0; });
    std::ranges::stable_sort(begin, end, {}, combining_class);
    begin = end;
  }
}

// Appends the composition of a decomposed, sorted text that begins with a starter or has none.
void append_composed(std::u32string& result, std::u32string_view text) {
  std::size_t starter = std::u32string::npos;  // in `result`, where the next marks may go
  int last_class = -1;                         // of the mark kept last after the starter; -1: none
  for (const char32_t c : text) {
    const int its_class = combining_class(c);
    if (starter != std::u32string::npos && last_class < its_class) {
      if (const char32_t whole = composed(result[starter], c)) {
        result[starter] = whole;
        continue;
      }
    }
    if (its_class == 0) {
      starter = result.size();
      last_class = -1;
    } else {
      last_class = its_class;
    }
    result += c;
  }
}

}  // namespace

bool compose(std::u32string& text) {
  const auto unstable = [](char32_t c) { return has(c, recompose); };
  auto at = std::ranges::find_if(text, unstable);
  if (at == text.end()) return false;
  std::u32string result;
  result.reserve(text.size());
  std::u32string part;
  auto kept = text.begin();
  while (at != text.end()) {
    // What composes here lies between the last stable character before and the next one after.
    const auto begin = at == kept ? at : at - 1;
    const auto end = std::find_if_not(at, text.end(), unstable);
    result.append(kept, begin);
    part.clear();
    for (auto c = begin; c != end; ++c) append_decomposed(part, *c);
    sort_marks(part);
    append_composed(result, part);
    kept = end;
    at = std::find_if(end, text.end(), unstable);
  }
  result.append(kept, text.end());
  if (result == text) return false;
  text = std::move(result);
  return true;
}

}  // namespace longclip::text
