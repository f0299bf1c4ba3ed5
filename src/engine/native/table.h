#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernel/kernels.h"

namespace longclip::engine::native {

// Rows of numbers to look up, as a vocabulary has them: in float, or, as half of that, in bfloat16.
class Table {
 public:
  Table(kernel::Element element, std::size_t rows, std::size_t width);

  void append(std::span<const float> values);

  // to = row + addend
  void add(std::size_t row, const float* addend, float* to) const;

 private:
  kernel::Element element_;
  std::size_t width_;
  std::vector<float> floats_;
  std::vector<std::uint16_t> halves_;
};

}  // namespace longclip::engine::native
