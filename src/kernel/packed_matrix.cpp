#include "kernel/packed_matrix.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#include <sys/mman.h>

#include "kernel/bfloat16.h"

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
    for (const float value : values) largest = std::max(largest, std::abs(value));
    scale_ = largest > 0 ? largest / 127 : 1;
    sum_ = 0;
    for (std::size_t k = 0; k < values.size(); ++k) {
      const float rounded = std::nearbyint(values[k] / scale_);
      sum_ += rounded;
      operands_[k] = static_cast<std::byte>(static_cast<std::int8_t>(rounded));
    }
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
                           std::span<const float> bias)
    : panels_(in_whole_panels(kernels, values.size() / depth) / kernels.columns),
      depth_(units_of(kernels, depth)),
      width_(kernels.columns),
      values_(allocate(panels_ * depth_ * width_ * kUnit)) {
  const std::size_t columns = values.size() / depth;
  const std::size_t all = panels_ * width_;
  if (!bias.empty()) {
    bias_.assign(bias.begin(), bias.end());
    bias_.resize(all);
  }
  if (kernels.operand == Element::u8) {
    scales_.resize(all);
    sums_.resize(all);
  }
  std::vector<Column> panel(width_, Column(kernels.operand, depth_));
  const std::vector<float> none(depth);
  std::byte* to = values_.get();
  for (std::size_t first = 0; first < all; first += width_) {
    for (std::size_t i = 0; i < width_; ++i) {
      panel[i].set(first + i < columns ? values.subspan((first + i) * depth, depth) : none);
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
