#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "engine/native/arena.h"
#include "kernel/kernels.h"
#include "kernel/packed_matrix.h"
#include "runtime/team.h"

namespace longclip::engine::native {

// Rows of numbers to work on, in an arena. Not set to anything when made.
class Rows {
 public:
  // Room for `width` elements a row, and for whole panels where it is a product that writes them. A row does not
  // begin a multiple of 4 KiB behind another: a processor's first cache would hold few of such rows.
  Rows(Arena& arena, const kernel::Kernels& kernels, kernel::Element element, std::size_t count, std::size_t width)
      : count_(count),
        stride_(kernel::in_whole_panels(kernels, width) * kernel::size_of(element) + kPadding),
        bytes_(arena.take(count * stride_ + kernels.columns * kernel::kUnit)),
        scales_(element == kernel::Element::u8
                    ? reinterpret_cast<kernel::RowScale*>(arena.take(count * sizeof(kernel::RowScale)))
                    : nullptr) {}

  std::size_t count() const noexcept { return count_; }
  std::size_t stride() const noexcept { return stride_; }  // bytes
  std::byte* row(std::size_t i) const { return bytes_ + i * stride_; }
  float* floats(std::size_t i) const { return reinterpret_cast<float*>(row(i)); }

  // Of a row of 8-bit operands; nullptr for others.
  kernel::RowScale* scale(std::size_t i) const { return scales_ == nullptr ? nullptr : scales_ + i; }

 private:
  static constexpr std::size_t kPadding = 64;
  std::size_t count_;
  std::size_t stride_;
  std::byte* bytes_;
  kernel::RowScale* scales_;
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

// A stage: y = LayerNorm(x), row by row, as operands; in float it may be in place.
struct Norm {
  std::vector<float> gain;
  std::vector<float> bias;
};
void normalize(runtime::Team::Member& member, const kernel::Kernels& kernels, const Norm& norm, const Rows& x,
               const Rows& y);

// A stage: rows of `width` working numbers as operands of 8 bits.
void quantize(runtime::Team::Member& member, const kernel::Kernels& kernels, std::size_t width, const Rows& x,
              const Rows& y);

}  // namespace longclip::engine::native
