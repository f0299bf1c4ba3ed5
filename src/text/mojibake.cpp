#include "text/mojibake.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "text/characters.h"
#include "text/utf8.h"

namespace longclip::text {
namespace {

// The charmaps by their place in the reference's list. The sloppy ones (1 to 6) hold every byte,
// and U+FFFD at 1A.
constexpr unsigned all_charmaps = 0x3FF;
constexpr bool is_sloppy(int charmap) { return charmap >= 1 && charmap <= 6; }
constexpr int macroman = 8;

std::uint8_t byte_at(std::string_view bytes, std::size_t i) {
  return i < bytes.size() ? static_cast<std::uint8_t>(bytes[i]) : 0;
}

// The class of bytes that a pattern's letter stands for:
//   ' ' a space
//   c   80-BF without 85 and A0: continuation bytes that a space cannot have replaced
//   b   80-BF
//   q   what a lost byte became: 1A or '?'
//   z   1A or 80-BF
//   x   1A, '?' or 80-BF
//   h   A0-AF    l   B0-BF: second bytes of the two halves of a surrogate pair
//   2-6 lead bytes; '.' the byte 1A, '?' itself
bool fits(std::uint8_t byte, char letter) {
  const auto within = [byte](int low, int high) { return byte >= low && byte <= high; };
  switch (letter) {
    case ' ':
      return byte == 0x20;
    case '?':
      return byte == '?';
    case '.':
      return byte == 0x1A;
    case 'c':
      return within(0x80, 0xBF) && byte != 0x85 && byte != 0xA0;
    case 'b':
      return within(0x80, 0xBF);
    case 'q':
      return byte == 0x1A || byte == '?';
    case 'z':
      return byte == 0x1A || within(0x80, 0xBF);
    case 'x':
      return byte == 0x1A || byte == '?' || within(0x80, 0xBF);
    case 'h':
      return within(0xA0, 0xAF);
    case 'l':
      return within(0xB0, 0xBF);
    case 'D':
      return byte == 0xED;
    case '2':
      return within(0xC2, 0xDF);
    case '3':
      return within(0xE0, 0xEF);
    case '4':
      return within(0xF0, 0xF4);
    case 'A':
      return byte == 0xC2 || byte == 0xC3;
    case 'B':
      return byte == 0xC2 || byte == 0xC3 || byte == 0xC5 || byte == 0xCE || byte == 0xD0 || byte == 0xD9;
    case 'C':
      return byte == 0xE2 || byte == 0xE3;
    case 'E':
      return within(0xE0, 0xE3);
    case 'F':
      return byte == 0xF0;
  }
  return false;
}

// UTF-8 in which an A0 became a space, and UTF-8 in which a byte became 1A or '?'. The first
// pattern that fits counts.
constexpr std::string_view altered_patterns[] = {"B ", "C c", "Ec ", "F bb", "Fb b", "Fbb "};
constexpr std::string_view lossy_patterns[] = {"2.",  "A?",   "DhqDlx", "DhxDlq", "3qz",
                                               "3zq", "4qzz", "4zqz",   "4zzq",   "."};
constexpr std::string_view surrogate_pair[] = {"DhbDlb"};

template <std::size_t count>
std::size_t match_length(std::string_view bytes, std::size_t at, const std::string_view (&patterns)[count]) {
  for (const std::string_view pattern : patterns) {
    std::size_t i = 0;
    while (i < pattern.size() && at + i < bytes.size() && fits(byte_at(bytes, at + i), pattern[i])) ++i;
    if (i == pattern.size()) return i;
  }
  return 0;
}

// A lone "à" whose A0 became a space looks like C3 and a space; where a word follows that no
// Romance language has after "Ã", the space was lost as well.
void restore_a_grave(std::string& bytes) {
  constexpr std::string_view goes_on[] = {" ", "quele", "quela", "quilo", "s "};
  std::string result;
  std::size_t at = 0;
  for (std::size_t next; (next = bytes.find("\xC3 ", at)) != std::string::npos; at = next + 2) {
    result.append(bytes, at, next - at);
    const std::string_view rest = std::string_view(bytes).substr(next + 2);
    const bool keeps = std::ranges::any_of(goes_on, [&](std::string_view word) { return rest.starts_with(word); });
    result += keeps ? "\xC3 " : "\xC3\xA0 ";
  }
  bytes = std::move(result.append(bytes, at));
}

bool is_altered(std::string_view bytes) {
  constexpr std::size_t longest_beginning = 3;  // of a pattern, before its space
  for (std::size_t space = bytes.find(' '); space != bytes.npos; space = bytes.find(' ', space + 1)) {
    for (std::size_t at = space - std::min(space, longest_beginning); at < space; ++at) {
      if (byte_at(bytes, at) >= 0xC2 && match_length(bytes, at, altered_patterns) != 0) return true;
    }
  }
  return false;
}

void restore_no_break_spaces(std::string& bytes) {
  if (!is_altered(bytes)) return;
  restore_a_grave(bytes);
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = byte_at(bytes, i) >= 0xC2 ? match_length(bytes, i, altered_patterns) : 0;
    std::replace(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                 bytes.begin() + static_cast<std::ptrdiff_t>(i + length), ' ', '\xA0');
    i += std::max<std::size_t>(length, 1);
  }
}

void replace_lossy_sequences(std::string& bytes) {
  if (bytes.find_first_of("\x1A?") == std::string::npos) return;
  std::string result;
  for (std::size_t i = 0; i < bytes.size();) {
    const bool may_begin = byte_at(bytes, i) >= 0xC2 || byte_at(bytes, i) == 0x1A;
    const std::size_t length = may_begin ? match_length(bytes, i, lossy_patterns) : 0;
    if (length == 0) {
      result += bytes[i++];
    } else {
      result += "\xEF\xBF\xBD";
      i += length;
    }
  }
  bytes = std::move(result);
}

// UTF-8, and the variants that Java and some databases write: C0 80 for U+0000, and six bytes for
// a surrogate pair. None: it is not that.
std::optional<std::u32string> decode_variants(std::string_view bytes) {
  std::u32string text(bytes.size(), U'\0');
  std::size_t size = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::uint8_t lead = byte_at(bytes, at);
    Utf8Character c{lead, 1, true};
    if (lead == 0xC0) {
      // The reference's decoder also takes a last C0 0A for U+0000.
      const std::string_view rest = bytes.substr(at);
      c = {U'\0', 2, rest.starts_with("\xC0\x80") || rest == "\xC0\n"};
    } else if (lead == 0xED && match_length(bytes, at, surrogate_pair) != 0) {
      const auto half = [&](std::size_t i) {
        return (byte_at(bytes, i) & 0xFu) << 6 | (byte_at(bytes, i + 1) & 0x3Fu);
      };
      c = {0x10000 + (half(at + 1) << 10 | half(at + 4)), 6, true};
    } else if (lead >= 0x80) {
      c = read_utf8(bytes, at);
    }
    if (!c.valid) return std::nullopt;
    text[size++] = c.value;
    at += c.length;
  }
  text.resize(size);
  return text;
}

std::uint8_t encode_character(char32_t c, int charmap) {
  if (c < 0x80) return static_cast<std::uint8_t>(c);
  return charmap_bytes[charmap_blocks[charmap_index[c >> 6] * 64 + (c & 63)]][charmap];
}

std::string encode(std::u32string_view text, int charmap) {
  std::string bytes(text.size(), '\0');
  std::ranges::transform(text, bytes.begin(),
                         [charmap](char32_t c) { return static_cast<char>(encode_character(c, charmap)); });
  return bytes;
}

// The text that was UTF-8 and read by a charmap, if the whole of it can be that.
std::optional<std::u32string> undo_charmap(std::u32string_view text) {
  unsigned charmaps = all_charmaps;
  for (const char32_t c : text) charmaps &= class_of(c).charmaps;
  for (; charmaps != 0; charmaps &= charmaps - 1) {
    const int charmap = std::countr_zero(charmaps);
    std::string bytes = encode(text, charmap);
    if (charmap != macroman) restore_no_break_spaces(bytes);
    if (is_sloppy(charmap)) replace_lossy_sequences(bytes);
    if (auto decoded = decode_variants(bytes)) return decoded;
  }
  return std::nullopt;
}

// The length of the longest run at `at` of what may be UTF-8 read by some charmap.
std::size_t suspicious_length(std::u32string_view text, std::size_t at) {
  const std::size_t begin = at;
  while (at < text.size()) {
    const std::uint32_t flags = class_of(text[at]).flags;
    const std::size_t tail = flags & lead_of_2 ? 1 : flags & lead_of_3 ? 2 : flags & lead_of_4 ? 3 : 0;
    if (tail == 0 || tail >= text.size() - at) break;
    const auto is_tail = [](char32_t c) { return has(c, continuation); };
    if (!std::ranges::all_of(text.substr(at + 1, tail), is_tail)) break;
    at += 1 + tail;
  }
  return at - begin;
}

std::u32string fix_parts(std::u32string_view text, std::size_t& budget) {
  std::u32string result;
  for (std::size_t at = 0; at < text.size();) {
    const bool follows_tail = at > 0 && has(text[at - 1], strict_continuation);
    const std::size_t length = follows_tail ? 0 : suspicious_length(text, at);
    if (length == 0) {
      result += text[at++];
      continue;
    }
    std::u32string part(text.substr(at, length));
    if (length < text.size() && looks_like_mojibake(part)) fix_encoding(part, budget);
    result += part;
    at += length;
  }
  return result;
}

// One layer off; none if the text is well.
std::optional<std::u32string> fix_layer(std::u32string_view text, std::size_t& budget) {
  if (!looks_like_mojibake(text)) return std::nullopt;
  if (auto whole = undo_charmap(text)) return whole;
  std::u32string parts = fix_parts(text, budget);
  if (parts == text) fix_c1(parts);
  return parts;
}

}  // namespace

// The rules are matched bit-parallel (Shift-And): bit i of `state` says that the characters just
// read fit the rule that holds position i, from its start to i.
bool looks_like_mojibake(std::u32string_view text) noexcept {
  if (std::ranges::none_of(text, [](char32_t c) { return has(c, suspect); })) return false;
  std::uint64_t state[badness_words] = {};
  std::uint64_t start[badness_words];
  for (int word = 0; word < badness_words; ++word) start[word] = badness_first[word] | badness_at_start[word];
  for (const char32_t c : text) {
    const Class& its_class = class_of(c);
    std::uint64_t complete = 0;
    for (int word = 0; word < badness_words; ++word) {
      state[word] = (state[word] << 1 | start[word]) & its_class.badness[word];
      complete |= state[word] & badness_last[word];
      start[word] = badness_first[word];
    }
    if (complete != 0) return true;
  }
  return false;
}

bool fix_encoding(std::u32string& text, std::size_t& budget) {
  bool changed = false;
  while (budget >= text.size()) {
    std::optional<std::u32string> better = fix_layer(text, budget);
    if (!better || *better == text) break;
    budget -= std::min(budget, text.size());
    text = std::move(*better);
    changed = true;
  }
  return changed;
}

bool fix_c1(std::u32string& text) {
  bool changed = false;
  for (char32_t& c : text) {
    if (c < 0x80 || c > 0x9F) continue;
    const char32_t fixed = windows_1252[c - 0x80];
    changed |= fixed != c;
    c = fixed;
  }
  return changed;
}

}  // namespace longclip::text
