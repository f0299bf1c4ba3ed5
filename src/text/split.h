#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "text/characters.h"
#include "text/utf8.h"

namespace longclip::text {

inline constexpr std::string_view start_of_text = "<|startoftext|>";
inline constexpr std::string_view end_of_text = "<|endoftext|>";

namespace split_detail {

// Letters, numbers, separators, and all other characters: each continues its own kind of piece.
constexpr std::uint32_t kinds = letter | number | separator;

struct Character {
  std::uint32_t kind;
  std::size_t length;  // bytes
};

inline Character read(std::string_view text, std::size_t at) noexcept {
  const auto byte = static_cast<std::uint8_t>(text[at]);
  if (byte < 0x80) return {class_of(byte).flags & kinds, 1};
  const Utf8Character c = read_utf8(text, at);
  return {class_of(c.value).flags & kinds, c.length};
}

// The length of a contraction at an apostrophe, 0 for none. U+017F equals s without regard to case.
inline std::size_t contraction_length(std::string_view text) noexcept {
  if (text.size() < 2) return 0;
  const char first = text[1];
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return 2;
  if (text.size() < 3) return 0;
  const char second = text[2];
  if (first == 'r' || first == 'v') return second == 'e' ? 3 : 0;
  if (first == 'l') return second == 'l' ? 3 : 0;
  return first == '\xC5' && second == '\xBF' ? 3 : 0;
}

// The length of a special token at a '<', 0 for none.
inline std::size_t special_length(std::string_view text) noexcept {
  if (text.starts_with(start_of_text)) return start_of_text.size();
  if (text.starts_with(end_of_text)) return end_of_text.size();
  constexpr std::string_view with_long_s = "<|\xC5\xBFtartoftext|>";
  return text.starts_with(with_long_s) ? with_long_s.size() : 0;
}

}  // namespace split_detail

// Calls take(piece) for each piece of a cleaned text, in order: a special token (if wanted), a
// contraction, a run of letters, one number, or a run of other characters. Separators are dropped.
template <typename Take>
void split(std::string_view text, bool with_special_tokens, Take&& take) {
  using namespace split_detail;
  for (std::size_t begin = 0; begin < text.size();) {
    if (text[begin] == ' ') {
      ++begin;
      continue;
    }
    std::size_t length = 0;
    if (text[begin] == '\'') {
      length = contraction_length(text.substr(begin));
    } else if (text[begin] == '<' && with_special_tokens) {
      length = special_length(text.substr(begin));
    }
    if (length == 0) {
      const Character first = read(text, begin);
      length = first.length;
      if (first.kind & separator) {
        begin += length;
        continue;
      }
      if (!(first.kind & number)) {
        while (begin + length < text.size()) {
          const Character next = read(text, begin + length);
          if (next.kind != first.kind) break;
          length += next.length;
        }
      }
    }
    take(text.substr(begin, length));
    begin += length;
  }
}

}  // namespace longclip::text
