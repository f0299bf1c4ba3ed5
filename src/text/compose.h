#pragma once

#include <string>

namespace longclip::text {

// Unicode's Normalization Form C, by the tables of Unicode 14 whatever the system's libraries
// know: the reference's results depend on the version. Takes time in proportion to n log n also
// for the longest runs of combining marks. Returns whether the text changed.
bool compose(std::u32string& text);

}  // namespace longclip::text
