#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace longclip::cli {

// Columns that a terminal gives a character; East Asian wide ones take two.
int columns(char32_t c);

// Control characters as \n or \xhh, as an Error shows them, so that a message stays one harmless
// line.
std::string escaped(std::string_view text);

// Text in lines of at most `width` columns, see wrap(); width 0: one line.
std::vector<std::string> wrapped(std::string_view text, int width, int max_lines);

}  // namespace longclip::cli
