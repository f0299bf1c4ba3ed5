#include "text/lower.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "text/characters.h"
#include "text/mappings.h"

namespace longclip::text {
namespace {

constexpr char32_t capital_sigma = 0x03A3, small_sigma = 0x03C3, final_sigma = 0x03C2;

// Whether the first character of the range that is not case-ignorable is a cased one. Each range
// ends at the next sigma at the latest, since sigmas are cased, so a text is read twice at most.
template <typename Iterator>
bool meets_cased(Iterator begin, Iterator end) {
  const auto found = std::find_if_not(begin, end, [](char32_t c) { return has(c, ignorable); });
  return found != end && has(*found, cased);
}

bool is_final(std::u32string_view text, std::size_t at) {
  return meets_cased(text.rend() - static_cast<std::ptrdiff_t>(at), text.rend()) &&
         !meets_cased(text.begin() + static_cast<std::ptrdiff_t>(at) + 1, text.end());
}

}  // namespace

void lower(std::u32string& text) {
  bool others = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char32_t& c = text[i];
    if (c - U'A' < 26) {
      c += 32;
    } else if (c == capital_sigma) {
      c = is_final(text, i) ? final_sigma : small_sigma;
    } else if (c >= 0x80) {
      others |= has(c, upper);
    }
  }
  // Apart from the loop above, as they may grow. That some letters around a sigma are in lower case
  // by then makes no difference to it.
  if (others) replace_mapped<find_lower_case>(text, upper);
}

}  // namespace longclip::text
