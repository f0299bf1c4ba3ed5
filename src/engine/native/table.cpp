#include "engine/native/table.h"

#include <algorithm>
#include <iterator>

#include "kernel/bfloat16.h"

namespace longclip::engine::native {

Table::Table(kernel::Element element, std::span<const float> values, std::size_t width) : width_(width) {
  if (element == kernel::Element::f32) {
    floats_.assign(values.begin(), values.end());
  } else {
    halves_.reserve(values.size());
    std::transform(values.begin(), values.end(), std::back_inserter(halves_), kernel::to_bfloat16);
  }
}

void Table::add(std::size_t row, const float* addend, float* to) const {
  if (!floats_.empty()) {
    const float* from = floats_.data() + row * width_;
    for (std::size_t k = 0; k < width_; ++k) to[k] = from[k] + addend[k];
  } else {
    const std::uint16_t* from = halves_.data() + row * width_;
    for (std::size_t k = 0; k < width_; ++k) to[k] = kernel::from_bfloat16(from[k]) + addend[k];
  }
}

}  // namespace longclip::engine::native
