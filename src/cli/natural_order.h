#pragma once

#include <string_view>

namespace longclip::cli {

// True if `a` comes before `b` as people order names: numbers by value, so that photo9 is before
// photo10. A strict order: names that differ are never equal.
bool natural_less(std::string_view a, std::string_view b);

}  // namespace longclip::cli
