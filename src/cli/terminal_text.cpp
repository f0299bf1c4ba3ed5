#include "cli/terminal_text.h"

#include <wchar.h>

#include <algorithm>
#include <cstdio>

#include "cli/unicode.h"
#include "cli/wrap.h"

namespace longclip::cli {

int columns(char32_t c) { return std::max(0, ::wcwidth(static_cast<wchar_t>(c))); }

std::string escaped(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::string_view before = text;
    const char32_t c = next_code_point(text);
    if (c == '\n') {
      result += "\\n";
    } else if (is_control(c)) {
      char hex[16];
      std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned>(c));
      result += hex;
    } else if (c == kReplacement) {
      result += "\uFFFD";
    } else {
      result += before.substr(0, before.size() - text.size());
    }
  }
  return result;
}

std::vector<std::string> wrapped(std::string_view text, int width, int max_lines) {
  if (width <= 0) return {folded(text)};
  return wrap(text, width, max_lines, columns);
}

}  // namespace longclip::cli
