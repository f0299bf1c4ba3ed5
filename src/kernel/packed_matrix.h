#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "kernel/kernels.h"

namespace longclip::kernel {

// Bytes whose first one stands at the beginning of a cache line. Not set to anything.
using Memory = std::unique_ptr<std::byte[], void (*)(void*)>;
Memory allocate(std::size_t bytes);

// So many columns as whole panels have.
inline std::size_t in_whole_panels(const Kernels& kernels, std::size_t columns) {
  return (columns + kernels.columns - 1) / kernels.columns * kernels.columns;
}

// Units that so many operands take.
inline std::size_t units_of(const Kernels& kernels, std::size_t operands) {
  return (operands * size_of(kernels.operand) + kUnit - 1) / kUnit;
}

// A matrix [columns, depth] to multiply rows by, as a linear layer has its weight, in the order in which
// Kernels::multiply reads it: panels of Kernels::columns columns, within a panel the columns' units one
// depth after the other. What the last panel and the last unit have beyond the matrix is 0.
//
// Of 8 bits, a column's weights are whole numbers from -127 to 127 times a scale of its own.
class PackedMatrix {
 public:
  PackedMatrix() = default;

  struct Options {
    std::size_t parts = 1;           // of the columns, as many each, which all begin with a panel
    std::span<const float> factors;  // that the weights of each depth are multiplied by; none: 1
  };

  // `values` is columns x depth, a column's values behind one another. `bias` has a value a column, or none.
  PackedMatrix(const Kernels& kernels, std::span<const float> values, std::size_t depth, std::span<const float> bias,
               const Options& options);
  PackedMatrix(const Kernels& kernels, std::span<const float> values, std::size_t depth, std::span<const float> bias)
      : PackedMatrix(kernels, values, depth, bias, Options()) {}

  std::size_t panels() const noexcept { return panels_; }
  std::size_t depth() const noexcept { return depth_; }  // in units

  // Sets what `product` multiplies by: `count` panels from `first` on.
  void take_panels(std::size_t first, std::size_t count, Product& product) const;

 private:
  std::size_t panels_ = 0;
  std::size_t depth_ = 0;
  std::size_t width_ = 0;  // of a panel
  Memory values_{nullptr, nullptr};
  std::vector<float> bias_;
  std::vector<float> scales_;  // of 8 bits
  std::vector<float> sums_;
};

}  // namespace longclip::kernel
