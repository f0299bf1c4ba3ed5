#pragma once

#include <string>

namespace longclip::text {

// Python's str.lower: full mappings, and the final sigma by its context.
void lower(std::u32string& text);

}  // namespace longclip::text
