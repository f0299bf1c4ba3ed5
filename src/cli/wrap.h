#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace longclip::cli {

// Runs of spaces, line breaks and control characters as one space, none at either end. Bytes that
// are no UTF-8 become U+FFFD.
std::string folded(std::string_view text);

// How far a character moves on: columns of a terminal, pixels of a font.
using Advance = std::function<int(char32_t)>;

// Folded text in lines no longer than `width`, broken between words where that is possible. At
// most `max_lines`, the last then ending in an ellipsis. Never empty.
std::vector<std::string> wrap(std::string_view text, int width, int max_lines, const Advance& advance);

int length(std::string_view text, const Advance& advance);

}  // namespace longclip::cli
