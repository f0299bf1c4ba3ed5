#pragma once

#include <string_view>

namespace longclip::cli {

inline constexpr char32_t kReplacement = 0xFFFD;

// Takes the next code point off the front of `text`, which must not be empty. A byte that is no
// UTF-8 gives kReplacement.
char32_t next_code_point(std::string_view& text);

// Characters that only steer how others are drawn (joiners, variation selectors, marks of
// direction), and show nothing themselves.
bool is_invisible(char32_t c);

// Characters that move a terminal's cursor, break a line, or turn what follows round.
bool is_control(char32_t c);

}  // namespace longclip::cli
