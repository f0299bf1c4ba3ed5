#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "kernel/kernels.h"

namespace longclip::kernel {

// Numbers whose first one stands at the beginning of a cache line. Not set to anything.
using Floats = std::unique_ptr<float[], void (*)(void*)>;
Floats allocate(std::size_t count);

// So many columns as whole panels have.
inline std::size_t in_whole_panels(const Kernels& kernels, std::size_t columns) {
  return (columns + kernels.columns - 1) / kernels.columns * kernels.columns;
}

// A matrix [columns, depth] to multiply rows by, as a linear layer has its weight, in the order in which
// Kernels::multiply reads it: panels of Kernels::columns columns, within a panel the columns' values one
// depth after the other. What the last panel has beyond the matrix is 0.
class PackedMatrix {
 public:
  PackedMatrix() = default;

  // `values` is columns x depth, a column's values behind one another. `bias` has a value a column, or none.
  PackedMatrix(const Kernels& kernels, std::span<const float> values, std::size_t depth, std::span<const float> bias);

  std::size_t panels() const noexcept { return panels_; }
  std::size_t depth() const noexcept { return depth_; }

  // Those from the panel `first` on.
  const float* from(std::size_t first) const { return values_.get() + first * depth_ * width_; }
  const float* bias_from(std::size_t first) const { return bias_ ? bias_.get() + first * width_ : nullptr; }

 private:
  std::size_t panels_ = 0;
  std::size_t depth_ = 0;
  std::size_t width_ = 0;  // of a panel
  Floats values_{nullptr, nullptr};
  Floats bias_{nullptr, nullptr};
};

}  // namespace longclip::kernel
