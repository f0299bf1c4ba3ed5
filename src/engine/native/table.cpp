#include "engine/native/table.h"

#include <algorithm>
#include <iterator>

#include "kernel/bfloat16.h"

namespace longclip::engine::native {

Table::Table(kernel::Element element, std::size_t rows, std::size_t width) : element_(element), width_(width) {
  if (element_ == kernel::Element::f32) {
    floats_.reserve(rows * width);
  } else {
    halves_.reserve(rows * width);
  }
}

void Table::append(std::span<const float> values) {
  if (element_ == kernel::Element::f32) {
    floats_.insert(floats_.end(), values.begin(), values.end());
  } else {
    std::transform(values.begin(), values.end(), std::back_inserter(halves_),
                   [](float value) { return kernel::to_bfloat16(value); });
  }
}

void Table::add(std::size_t row, const float* addend, float* to) const {
  if (element_ == kernel::Element::f32) {
    const float* from = floats_.data() + row * width_;
    for (std::size_t k = 0; k < width_; ++k) to[k] = from[k] + addend[k];
  } else {
    const std::uint16_t* from = halves_.data() + row * width_;
    for (std::size_t k = 0; k < width_; ++k) to[k] = kernel::from_bfloat16(from[k]) + addend[k];
  }
}

}  // namespace longclip::engine::native
