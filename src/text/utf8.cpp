#include "text/utf8.h"

#include <cstdint>

#include <longclip/error.h>

namespace longclip::text {
namespace {

[[noreturn]] void refuse(std::string_view bytes, std::size_t at) {
  throw InvalidInput("the text is not UTF-8 at byte " + std::to_string(at) + " of " + std::to_string(bytes.size()) +
                     ": convert it to UTF-8 first");
}

std::size_t length_of(char32_t c) { return 1u + (c >= 0x80) + (c >= 0x800) + (c >= 0x10000); }

// Writes the character's one to four bytes and returns their end.
char* write_utf8(char* to, char32_t c) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | (c >> shift & 0x3F)); };
  if (c < 0x80) {
    *to++ = static_cast<char>(c);
  } else if (c < 0x800) {
    *to++ = static_cast<char>(0xC0 | c >> 6);
    *to++ = tail(0);
  } else if (c < 0x10000) {
    *to++ = static_cast<char>(0xE0 | c >> 12);
    *to++ = tail(6);
    *to++ = tail(0);
  } else {
    *to++ = static_cast<char>(0xF0 | c >> 18);
    *to++ = tail(12);
    *to++ = tail(6);
    *to++ = tail(0);
  }
  return to;
}

}  // namespace

Utf8Character read_utf8(std::string_view bytes, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[at + i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  if (lead < 0xC2 || lead > 0xF4) return {0xFFFD, 1, false};
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // The second byte's range excludes long forms, surrogates and what lies beyond U+10FFFF.
  std::uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  std::uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  char32_t value = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (at + i >= bytes.size() || byte(i) < low || byte(i) > high) return {0xFFFD, i, false};
    value = value << 6 | (byte(i) & 0x3Fu);
    low = 0x80;
    high = 0xBF;
  }
  return {value, length, true};
}

std::u32string decode_utf8(std::string_view bytes) {
  std::u32string text(bytes.size(), U'\0');
  std::size_t size = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    if (const auto byte = static_cast<std::uint8_t>(bytes[at]); byte < 0x80) {
      text[size++] = byte;
      ++at;
      continue;
    }
    const Utf8Character c = read_utf8(bytes, at);
    if (!c.valid) refuse(bytes, at);
    text[size++] = c.value;
    at += c.length;
  }
  text.resize(size);
  return text;
}

void check_utf8(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const Utf8Character c = read_utf8(bytes, at);
    if (!c.valid) refuse(bytes, at);
    at += c.length;
  }
}

std::string replace_broken_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const Utf8Character c = read_utf8(bytes, at);
    if (c.valid) {
      text.append(bytes, at, c.length);
    } else {
      text += "\xEF\xBF\xBD";
    }
    at += c.length;
  }
  return text;
}

void append_utf8(std::string& bytes, char32_t c) {
  char encoded[4];
  bytes.append(encoded, write_utf8(encoded, c));
}

std::string encode_utf8(std::u32string_view text) {
  std::size_t size = 0;
  for (const char32_t c : text) size += length_of(c);
  std::string bytes(size, '\0');
  char* at = bytes.data();
  for (const char32_t c : text) at = write_utf8(at, c);
  return bytes;
}

}  // namespace longclip::text
