#include "text/fix_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "text/characters.h"
#include "text/compose.h"
#include "text/html.h"
#include "text/mappings.h"
#include "text/mojibake.h"

namespace longclip::text {
namespace {

constexpr std::size_t longest_segment = 1'000'000;  // code points

// The code points that the rounds over a text may look at. It is enough for any text of 2,000
// characters, whatever it is made of, and for 16 rounds over any other. What a longer text made for
// the purpose has wrapped deeper stays wrapped.
struct Budget {
  explicit Budget(std::size_t size) : left((std::size_t{1} << 22) + 16 * size), half(left / 2) {}

  std::size_t left;
  std::size_t half;
};

// Characters that some step after the decoding acts on.
constexpr std::uint32_t touched = c1 | ligature | wide | quote | line_break | control | recompose;

template <const Mapping* find(char32_t) noexcept>
void replace_mapped(std::u32string& text, Flag flag) {
  std::u32string result;
  result.reserve(text.size());
  for (const char32_t c : text) {
    if (has(c, flag)) {
      result += find(c)->text();
    } else {
      result += c;
    }
  }
  text = std::move(result);
}

void straighten_quotes(std::u32string& text) {
  for (char32_t& c : text) {
    if (has(c, quote)) c = c >= 0x201C && c <= 0x201F ? U'"' : U'\'';
  }
}

void fix_line_breaks(std::u32string& text) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_pair = text[i] == U'\r' && i + 1 < text.size() && text[i + 1] == U'\n';
    if (!is_pair) text[size++] = has(text[i], line_break) ? U'\n' : text[i];
  }
  text.resize(size);
}

// Removes ESC [ digits and semicolons, and a letter.
void remove_terminal_escapes(std::u32string& text) {
  constexpr char32_t escape = 0x1B;
  const auto length_at = [&](std::size_t at) -> std::size_t {
    if (text[at] != escape || at + 1 >= text.size() || text[at + 1] != U'[') return 0;
    std::size_t end = at + 2;
    while (end < text.size() && (text[end] == U';' || has(text[end], digit))) ++end;
    const bool is_letter = end < text.size() && text[end] < 0x80 && has(text[end], letter);
    return is_letter ? end + 1 - at : 0;
  };
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = length_at(i);
    if (length == 0) text[size++] = text[i++];
    i += length;
  }
  text.resize(size);
}

void fix_characters(std::u32string& text) {
  std::uint32_t flags = 0;
  for (const char32_t c : text) flags |= class_of(c).flags;
  if ((flags & touched) == 0) return;
  if (flags & c1) fix_c1(text);
  if (flags & ligature) replace_mapped<find_ligature>(text, ligature);
  if (flags & wide) replace_mapped<find_width>(text, wide);
  straighten_quotes(text);  // C1 controls and ligatures may have brought some
  fix_line_breaks(text);
  if (flags & control) {
    remove_terminal_escapes(text);
    std::erase_if(text, [](char32_t c) { return has(c, control); });
  }
  compose(text);
}

// A round takes one level off a text that was escaped again and again, as in the reference, which
// makes a million levels a matter of days. Once half of the budget is spent all levels go at once.
// That gives the same text, unless mojibake is put together from escapes of different depths.
std::u32string fix_segment(std::u32string text, bool unescape, Budget& budget) {
  for (;;) {
    const std::u32string before = text;
    if (unescape && text.find(U'&') != std::u32string::npos) {
      text = budget.left > budget.half ? unescape_strictly(text) : unescape_to_the_bottom(text);
    }
    fix_encoding(text, budget.left);
    fix_characters(text);
    if (text == before || budget.left < text.size()) return text;
    budget.left -= text.size();
  }
}

}  // namespace

std::u32string fix_text(std::u32string_view text) {
  std::u32string result;
  result.reserve(text.size());
  Budget budget(text.size());
  bool unescape = true;
  while (!text.empty()) {
    std::u32string_view segment = text.substr(0, longest_segment);
    if (const std::size_t end = segment.find(U'\n'); end != segment.npos) segment = segment.substr(0, end + 1);
    unescape = unescape && segment.find(U'<') == std::u32string_view::npos;
    result += fix_segment(std::u32string(segment), unescape, budget);
    text.remove_prefix(segment.size());
  }
  return result;
}

}  // namespace longclip::text
