#include "kernel/packed_matrix.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#include <sys/mman.h>

#include "kernel/bfloat16.h"
#include "kernel/rounding.h"

namespace longclip::kernel {
namespace {

// A column of a matrix as operands, with zeros up to a whole unit.
class Column {
 public:
  Column(Element element, std::size_t units) : element_(element), operands_(units * kUnit) {}

  void set(std::span<const float> values) {
    switch (element_) {
      case Element::f32:
        std::memcpy(operands_.data(), values.data(), values.size_bytes());
        break;
      case Element::bf16:
        for (std::size_t k = 0; k < values.size(); ++k) {
          const std::uint16_t bits = to_bfloat16(values[k]);
          std::memcpy(&operands_[2 * k], &bits, sizeof bits);
        }
        break;
      case Element::u8:
        set_integers(values);
        break;
    }
  }

  const std::byte* unit(std::size_t i) const { return &operands_[i * kUnit]; }
  float scale() const { return scale_; }
  float sum() const { return sum_; }

 private:
  void set_integers(std::span<const float> values) {
    float largest = 0;
    float nothing = 0;  // or NaN, if a value is not finite, which must not be lost
    for (const float value : values) {
      largest = std::max(largest, std::abs(value));
      nothing += 0 * value;
    }
    scale_ = (largest > 0 ? largest / 127 : 1) + nothing;
    sum_ = 0;
    if (std::isnan(nothing)) return;
    std::int32_t sum = 0;
    for (std::size_t k = 0; k < values.size(); ++k) {
      const auto rounded = static_cast<std::int32_t>((values[k] / scale_ + kRound) - kRound);
      sum += rounded;
      operands_[k] = static_cast<std::byte>(static_cast<std::int8_t>(rounded));
    }
    sum_ = static_cast<float>(sum);
  }

  Element element_;
  std::vector<std::byte> operands_;
  float scale_ = 1;
  float sum_ = 0;
};

}  // namespace

Memory allocate(std::size_t bytes) {
  constexpr std::size_t kLine = 64;
  constexpr std::size_t kHugePage = 2 << 20;
  bytes = std::max(bytes, kLine);
  const bool large = bytes >= kHugePage;
  void* values = nullptr;
  if (::posix_memalign(&values, large ? kHugePage : kLine, bytes) != 0) throw std::bad_alloc();
  // Fewer pages to be given, and to be looked up whenever they are read. Advice: it may be refused.
  if (large) ::madvise(values, bytes / kHugePage * kHugePage, MADV_HUGEPAGE);
  return {static_cast<std::byte*>(values), std::free};
}

PackedMatrix::PackedMatrix(const Kernels& kernels, std::span<const float> values, std::size_t depth,
                           std::span<const float> bias, const Options& options)
    : depth_(units_of(kernels, depth)), width_(kernels.columns) {
  const std::size_t part = values.size() / depth / options.parts;
  const std::size_t padded_part = in_whole_panels(kernels, part);
  const std::size_t columns = options.parts * padded_part;
  panels_ = columns / width_;
  values_ = allocate(columns * depth_ * kUnit);
  if (!bias.empty()) bias_.resize(columns);
  if (kernels.operand == Element::u8) {
    scales_.resize(columns);
    sums_.resize(columns);
  }
  std::vector<Column> panel(width_, Column(kernels.operand, depth_));
  std::vector<float> column(depth);
  std::byte* to = values_.get();
  for (std::size_t first = 0; first < columns; first += width_) {
    for (std::size_t i = 0; i < width_; ++i) {
      const std::size_t place = (first + i) % padded_part;
      const std::size_t from = (first + i) / padded_part * part + place;
      if (place >= part) {
        std::fill(column.begin(), column.end(), 0.0f);
      } else {
        std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(from * depth), depth, column.begin());
        for (std::size_t k = 0; k < options.factors.size(); ++k) column[k] *= options.factors[k];
        if (!bias.empty()) bias_[first + i] = bias[from];
      }
      panel[i].set(column);
      if (kernels.operand != Element::u8) continue;
      scales_[first + i] = panel[i].scale();
      sums_[first + i] = panel[i].sum();
    }
    for (std::size_t k = 0; k < depth_; ++k) {
      for (std::size_t i = 0; i < width_; ++i, to += kUnit) std::memcpy(to, panel[i].unit(k), kUnit);
    }
  }
}

void PackedMatrix::take_panels(std::size_t first, std::size_t count, Product& product) const {
  const auto from = [&](const std::vector<float>& of_columns) {
    return of_columns.empty() ? nullptr : of_columns.data() + first * width_;
  };
  product.depth = depth_;
  product.panels = values_.get() + first * depth_ * width_ * kUnit;
  product.panel_count = count;
  product.bias = from(bias_);
  product.b_scales = from(scales_);
  product.b_sums = from(sums_);
}

}  // namespace longclip::kernel
