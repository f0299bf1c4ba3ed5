#include "cli/wrap.h"

#include "cli/unicode.h"

namespace longclip::cli {
namespace {

// The longest beginning of `text` that is no longer than `width`, at least one character.
std::string_view fitting(std::string_view text, int width, const Advance& advance) {
  std::string_view rest = text;
  int used = 0;
  while (!rest.empty()) {
    std::string_view after = rest;
    used += advance(next_code_point(after));
    if (used > width && rest.size() != text.size()) break;
    rest = after;
  }
  return text.substr(0, text.size() - rest.size());
}

// The same, but not inside a word unless the word alone is too long.
std::string_view line_of(std::string_view text, int width, const Advance& advance) {
  const std::string_view line = fitting(text, width, advance);
  if (line.size() == text.size() || text[line.size()] == ' ') return line;
  const auto space = line.rfind(' ');
  return space == line.npos ? line : line.substr(0, space);
}

constexpr char32_t kEllipsis = 0x2026;

}  // namespace

std::string folded(std::string_view text) {
  std::string result;
  bool space = false;
  while (!text.empty()) {
    const std::string_view before = text;
    const char32_t c = next_code_point(text);
    if (c == ' ' || is_control(c)) {
      space = !result.empty();
      continue;
    }
    if (space) result += ' ';
    space = false;
    result += c == kReplacement ? "\uFFFD" : before.substr(0, before.size() - text.size());
  }
  return result;
}

std::vector<std::string> wrap(std::string_view text, int width, int max_lines, const Advance& advance) {
  const std::string whole = folded(text);
  std::vector<std::string> lines;
  std::string_view rest = whole;
  do {
    const std::string_view line = line_of(rest, width, advance);
    const bool last = static_cast<int>(lines.size()) + 1 == max_lines;
    if (last && line.size() < rest.size()) {
      lines.push_back(std::string(line_of(rest, width - advance(kEllipsis), advance)) + "…");
      break;
    }
    lines.emplace_back(line);
    rest.remove_prefix(line.size());
    if (rest.starts_with(' ')) rest.remove_prefix(1);
  } while (!rest.empty());
  return lines;
}

int length(std::string_view text, const Advance& advance) {
  int total = 0;
  while (!text.empty()) total += advance(next_code_point(text));
  return total;
}

}  // namespace longclip::cli
