#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace longclip::text {

// One character of bytes that may not be UTF-8.
struct Utf8Character {
  char32_t value;      // U+FFFD if not valid
  std::size_t length;  // bytes; of a broken one, those of its longest valid beginning, at least 1
  bool valid;
};

// `at` must lie inside `bytes`.
Utf8Character read_utf8(std::string_view bytes, std::size_t at) noexcept;

// Throws InvalidInput that names the first byte that is no UTF-8.
std::u32string decode_utf8(std::string_view bytes);

// The same without the text.
void check_utf8(std::string_view bytes);

// One U+FFFD for each longest valid beginning of a broken character, as Unicode recommends.
std::string replace_broken_utf8(std::string_view bytes);

void append_utf8(std::string& bytes, char32_t c);
std::string encode_utf8(std::u32string_view text);

}  // namespace longclip::text
