#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace longclip::text {

// ftfy's judgement: whether a sequence occurs that real text does not have and UTF-8 read as
// another encoding does.
bool looks_like_mojibake(std::u32string_view text) noexcept;

// ftfy's fix_encoding: undoes UTF-8 that was read as one of ten single-byte encodings, layer by
// layer, over the whole text or over the parts that are in a mixed one. Each layer takes the length
// of its text from `budget`, and none is taken off any more when that is spent.
// Returns whether the text changed.
bool fix_encoding(std::u32string& text, std::size_t& budget);

// What windows-1252 has for the controls 80 to 9F; its five holes stay. Returns whether the text
// changed.
bool fix_c1(std::u32string& text);

}  // namespace longclip::text
