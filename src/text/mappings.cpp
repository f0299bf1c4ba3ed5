#include "text/mappings.h"

#include <algorithm>
#include <span>

namespace longclip::text {
namespace {

#include "text/tables/mappings.inc"

const Mapping* find(std::span<const Mapping> table, char32_t c) noexcept {
  const auto found = std::ranges::lower_bound(table, c, {}, &Mapping::from);
  return found != table.end() && found->from == c ? &*found : nullptr;
}

}  // namespace

const Mapping* find_ligature(char32_t c) noexcept { return find(ligatures, c); }
const Mapping* find_width(char32_t c) noexcept { return find(widths, c); }
const Mapping* find_lower_case(char32_t c) noexcept { return find(lower_case, c); }

}  // namespace longclip::text
