#pragma once

#include <string>

namespace longclip::text {

// ftfy 6.3.1's fix_text with its default settings: HTML entities (until a line holds a '<'),
// mojibake, C1 controls, ligatures, character width, quotes, line breaks, terminal escapes,
// control characters, and NFC.
std::u32string fix_text(std::u32string text);

}  // namespace longclip::text
