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

void strip_ends(std::u32string& text) {
  const auto stays = [](char32_t c) { return !has(c, strip); };
  text.erase(std::find_if(text.rbegin(), text.rend(), stays).base(), text.end());
  text.erase(text.begin(), std::ranges::find_if(text, stays));
}

// Every run of white space becomes one space; none is left at the ends.
void fold_spaces(std::u32string& text) {
  strip_ends(text);
  std::size_t size = 0;
  for (const char32_t c : text) {
    if (!has(c, space)) {
      text[size++] = c;
    } else if (size == 0 || text[size - 1] != U' ') {
      text[size++] = U' ';
    }
  }
  text.resize(size);
  // The white space of regular expressions is narrower than that of strip, so some may be left.
  strip_ends(text);
}

// Without branches inside, so that the compiler makes vector code of it.
template <std::size_t size>
bool lower_block(const char* text, char* lowered) {
  std::uint8_t other = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const auto c = static_cast<std::uint8_t>(text[i]);
    const bool is_upper = static_cast<std::uint8_t>(c - 'A') < 26;
    const bool is_printed = static_cast<std::uint8_t>(c - 0x20) < 0x5F && c != '&';
    const bool is_space = static_cast<std::uint8_t>(c - '\t') < 5 && c != '\v';
    lowered[i] = static_cast<char>(c + (is_upper ? 0x20 : 0));
    other |= static_cast<std::uint8_t>(!(is_printed | is_space));
  }
  return other == 0;
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
  constexpr std::size_t block = 16;
  if (text.size() < block) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (!lower_block<1>(text.data() + at, lowered.data() + at)) return false;
    }
    return true;
  }
  // The last block may overlap the one before.
  for (std::size_t at = 0; at < text.size(); at += block) {
    const std::size_t begin = std::min(at, text.size() - block);
    if (!lower_block<block>(text.data() + begin, lowered.data() + begin)) return false;
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
  for (int pass = 0; pass < 2 && cleaned.find(U'&') != cleaned.npos; ++pass) cleaned = unescape_html(cleaned);
  fold_spaces(cleaned);
  lower(cleaned);
  return encode_utf8(cleaned);
}

}  // namespace longclip::text
