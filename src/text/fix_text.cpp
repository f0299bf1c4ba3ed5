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

// The steps after the decoding. `flags` are the text's. Returns whether the text changed.
bool fix_characters(std::u32string& text, std::uint32_t flags) {
  bool changed = (flags & (ligature | wide | quote | line_break | control)) != 0;  // none of these stays
  if (flags & c1) changed |= fix_c1(text);
  if (flags & ligature) replace_mapped<find_ligature>(text, ligature);
  if (flags & wide) replace_mapped<find_width>(text, wide);
  if (flags & (quote | c1 | ligature)) straighten_quotes(text);  // these two may have brought some
  if (flags & line_break) fix_line_breaks(text);
  if (flags & control) {
    remove_terminal_escapes(text);
    std::erase_if(text, [](char32_t c) { return has(c, control); });
  }
  if (flags & (recompose | wide)) changed |= compose(text);
  return changed;
}

// A round takes one level off a text that was escaped again and again, as in the reference, which
// makes a million levels a matter of days. Once half of the budget is spent all levels go at once.
// That gives the same text, unless mojibake is put together from escapes of different depths.
void fix_segment(std::u32string& text, bool unescape, Budget& budget) {
  for (;;) {
    bool changed = false;
    std::uint32_t flags = flags_of(text);
    if (unescape && (flags & ampersand)) {
      std::u32string inner = budget.left > budget.half ? unescape_strictly(text) : unescape_to_the_bottom(text);
      if (inner.size() != text.size()) {  // a reference is longer than what it stands for
        text = std::move(inner);
        flags = flags_of(text);
        changed = true;
      }
    }
    if ((flags & suspect) && fix_encoding(text, budget.left)) {
      flags = flags_of(text);
      changed = true;
    }
    if (fix_characters(text, flags)) changed = true;
    if (!changed || budget.left < text.size()) return;
    budget.left -= text.size();
  }
}

// The beginning of a text that is fixed by itself: a line with its end, or the longest segment.
std::u32string_view first_segment(std::u32string_view text) {
  const std::size_t line = text.substr(0, longest_segment).find(U'\n');
  return text.substr(0, line == text.npos ? longest_segment : line + 1);
}

}  // namespace

std::u32string fix_text(std::u32string text) {
  Budget budget(text.size());
  bool unescape = true;
  const auto fix = [&](std::u32string& segment) {
    unescape = unescape && segment.find(U'<') == segment.npos;
    fix_segment(segment, unescape, budget);
  };
  std::u32string_view rest = text;
  if (first_segment(rest).size() == rest.size()) {  // as of nearly all texts: no need of a copy
    fix(text);
    return text;
  }
  std::u32string result;
  result.reserve(text.size());
  std::u32string segment;
  while (!rest.empty()) {
    segment = first_segment(rest);
    rest.remove_prefix(segment.size());
    fix(segment);
    result += segment;
  }
  return result;
}

}  // namespace longclip::text
