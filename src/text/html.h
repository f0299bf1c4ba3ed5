#pragma once

#include <string>
#include <string_view>

namespace longclip::text {

// Python's html.unescape: also names without semicolon, and names that only begin a word.
std::u32string unescape_html(std::u32string_view text);

// ftfy's stricter unescape: whole names with their semicolon only, upper-cased ones too.
std::u32string unescape_strictly(std::u32string_view text);

// As unescape_strictly() again and again until nothing changes, in one pass.
std::u32string unescape_to_the_bottom(std::u32string_view text);

}  // namespace longclip::text
