#include "kernel/packed_matrix.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#include <sys/mman.h>

namespace longclip::kernel {

Floats allocate(std::size_t count) {
  constexpr std::size_t kLine = 64;
  constexpr std::size_t kHugePage = 2 << 20;
  const std::size_t bytes = std::max(count * sizeof(float), kLine);
  const bool large = bytes >= kHugePage;
  void* values = nullptr;
  if (::posix_memalign(&values, large ? kHugePage : kLine, bytes) != 0) throw std::bad_alloc();
  // Fewer pages to be given, and to be looked up whenever they are read. Advice: it may be refused.
  if (large) ::madvise(values, bytes / kHugePage * kHugePage, MADV_HUGEPAGE);
  return {static_cast<float*>(values), std::free};
}

PackedMatrix::PackedMatrix(const Kernels& kernels, std::span<const float> values, std::size_t depth,
                           std::span<const float> bias)
    : panels_(in_whole_panels(kernels, values.size() / depth) / kernels.columns),
      depth_(depth),
      width_(kernels.columns),
      values_(allocate(panels_ * depth * width_)) {
  const std::size_t columns = values.size() / depth;
  float* to = values_.get();
  for (std::size_t first = 0; first < panels_ * width_; first += width_) {
    for (std::size_t k = 0; k < depth; ++k) {
      for (std::size_t column = first; column < first + width_; ++column) {
        *to++ = column < columns ? values[column * depth + k] : 0.0f;
      }
    }
  }
  if (bias.empty()) return;
  bias_ = allocate(panels_ * width_);
  std::fill(std::copy(bias.begin(), bias.end(), bias_.get()), bias_.get() + panels_ * width_, 0.0f);
}

}  // namespace longclip::kernel
