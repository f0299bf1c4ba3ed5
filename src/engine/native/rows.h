#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "kernel/kernels.h"
#include "kernel/packed_matrix.h"
#include "runtime/team.h"

namespace longclip::engine::native {

// Rows of numbers to work on. Not set to anything when made.
class Rows {
 public:
  // Room for `width` numbers a row, and for whole panels where it is a product that writes them. A row does not
  // begin a multiple of 4 KiB behind another: a processor's first cache would hold few of such rows.
  Rows(const kernel::Kernels& kernels, std::size_t count, std::size_t width)
      : count_(count),
        stride_(kernel::in_whole_panels(kernels, width) + kPadding),
        values_(kernel::allocate(count * stride_ + kernels.columns)) {}

  std::size_t count() const noexcept { return count_; }
  std::size_t stride() const noexcept { return stride_; }
  float* row(std::size_t i) const { return values_.get() + i * stride_; }

 private:
  static constexpr std::size_t kPadding = 16;
  std::size_t count_;
  std::size_t stride_;
  kernel::Floats values_;
};

// Part of the rows of `a` times part of the panels of `matrix`, into `c` from the row `c_row` and column `c_column` on.
struct Multiplication {
  const kernel::PackedMatrix* matrix = nullptr;
  std::size_t first_panel = 0;
  std::size_t panels = 0;
  const Rows* a = nullptr;
  std::size_t a_row = 0;
  std::size_t rows = 0;
  const Rows* c = nullptr;
  std::size_t c_row = 0;
  std::size_t c_column = 0;
  kernel::Activation activation = kernel::Activation::none;
  bool add = false;
};

// A stage: all of it, shared by the team.
void multiply(runtime::Team::Member& member, const kernel::Kernels& kernels, const Multiplication& all);

// All rows of `a` times all of `matrix`, into `c`.
Multiplication product(const kernel::PackedMatrix& matrix, const Rows& a, const Rows& c);

// A stage: y = LayerNorm(x), row by row; may be in place.
struct Norm {
  std::vector<float> gain;
  std::vector<float> bias;
};
void normalize(runtime::Team::Member& member, const kernel::Kernels& kernels, const Norm& norm, const Rows& x,
               const Rows& y);

}  // namespace longclip::engine::native
