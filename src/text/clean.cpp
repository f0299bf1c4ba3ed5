#include "text/clean.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "text/characters.h"
#include "text/fix_text.h"
#include "text/html.h"
#include "text/lower.h"
#include "text/utf8.h"

namespace longclip::text {
namespace {

std::u32string_view stripped(std::u32string_view text) {
  const auto stays = [](char32_t c) { return !has(c, strip); };
  const auto begin = std::ranges::find_if(text, stays);
  const auto end = std::find_if(text.rbegin(), std::make_reverse_iterator(begin), stays).base();
  return {begin, end};
}

// Every run of white space becomes one space; none is left at the ends.
std::u32string fold_spaces(std::u32string_view text) {
  text = stripped(text);
  std::u32string result;
  result.reserve(text.size());
  for (const char32_t c : text) {
    if (!has(c, space)) {
      result += c;
    } else if (result.empty() || result.back() != U' ') {
      result += U' ';
    }
  }
  // The white space of regular expressions is narrower than that of strip, so some may be left.
  return std::u32string(stripped(result));
}

bool is_ascii_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

void fold_ascii_spaces(std::string& text) {
  std::size_t size = 0;
  for (const char c : text) {
    if (!is_ascii_space(c)) {
      text[size++] = c;
    } else if (size != 0 && text[size - 1] != ' ') {
      text[size++] = ' ';
    }
  }
  if (size != 0 && text[size - 1] == ' ') --size;
  text.resize(size);
}

}  // namespace

bool lower_plain_ascii(std::string_view text, std::string& lowered) {
  lowered.resize(text.size());
  // Without branches inside a block, so that the compiler makes vector code of it.
  constexpr std::size_t block = 64;
  for (std::size_t begin = 0; begin < text.size(); begin += block) {
    const std::size_t end = std::min(begin + block, text.size());
    std::uint8_t other = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const auto c = static_cast<std::uint8_t>(text[i]);
      const bool is_upper = static_cast<std::uint8_t>(c - 'A') < 26;
      const bool is_printed = static_cast<std::uint8_t>(c - 0x20) < 0x5F && c != '&';
      const bool is_space = static_cast<std::uint8_t>(c - '\t') < 5 && c != '\v';
      lowered[i] = static_cast<char>(c + (is_upper ? 0x20 : 0));
      other |= static_cast<std::uint8_t>(!(is_printed | is_space));
    }
    if (other != 0) return false;
  }
  return true;
}

std::string clean(std::string_view text) {
  std::string ascii;
  if (lower_plain_ascii(text, ascii)) {
    fold_ascii_spaces(ascii);
    return ascii;
  }
  std::u32string cleaned = fix_text(decode_utf8(text));
  for (int pass = 0; pass < 2 && cleaned.find(U'&') != std::u32string::npos; ++pass) cleaned = unescape_html(cleaned);
  cleaned = fold_spaces(cleaned);
  lower(cleaned);
  return encode_utf8(cleaned);
}

}  // namespace longclip::text
