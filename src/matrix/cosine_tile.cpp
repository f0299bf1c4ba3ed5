#include "matrix/cosine_tile.h"

#include <algorithm>
#include <cstring>

namespace longclip::matrix {
namespace {

// The compiler's vectors, since it does not keep an array of sums in registers by itself.
using Lanes = float __attribute__((vector_size(32)));
// As they lie in memory, at any address of a float.
using StoredLanes = float __attribute__((vector_size(32), aligned(4), may_alias));
constexpr std::size_t kLanes = sizeof(Lanes) / sizeof(float);
constexpr std::size_t kVectors = kTileCols / kLanes;
constexpr std::size_t kStretch = 32;

// Inlined into functions that are compiled for one kind of processor each.
[[gnu::always_inline]] inline void multiply(const float* a, const float* b, std::size_t depth, float* tile) noexcept {
  double totals[kTileRows * kTileCols] = {};
  for (std::size_t begin = 0; begin < depth; begin += kStretch) {
    Lanes sums[kTileRows][kVectors] = {};
    const std::size_t end = std::min(begin + kStretch, depth);
    for (std::size_t k = begin; k < end; ++k) {
      const auto* columns = reinterpret_cast<const StoredLanes*>(b + k * kTileCols);
      for (std::size_t i = 0; i < kTileRows; ++i) {
        for (std::size_t v = 0; v < kVectors; ++v) sums[i][v] += columns[v] * a[k * kTileRows + i];
      }
    }
    float partial[kTileRows * kTileCols];
    static_assert(sizeof partial == sizeof sums);
    std::memcpy(partial, sums, sizeof partial);
    for (std::size_t t = 0; t < kTileRows * kTileCols; ++t) totals[t] += partial[t];
  }
  for (std::size_t t = 0; t < kTileRows * kTileCols; ++t) tile[t] = static_cast<float>(totals[t]);
}

void multiply_anywhere(const float* a, const float* b, std::size_t depth, float* tile) noexcept {
  multiply(a, b, depth, tile);
}

using Multiply = void (*)(const float*, const float*, std::size_t, float*) noexcept;

#if defined(__x86_64__)

[[gnu::target("avx2,fma")]] void multiply_avx2(const float* a, const float* b, std::size_t depth,
                                               float* tile) noexcept {
  multiply(a, b, depth, tile);
}

Multiply best_multiply() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? multiply_avx2 : multiply_anywhere;
}

#else

Multiply best_multiply() { return multiply_anywhere; }

#endif

}  // namespace

void multiply_strips(const float* a, const float* b, std::size_t depth, float* tile) noexcept {
  static const Multiply best = best_multiply();
  best(a, b, depth, tile);
}

}  // namespace longclip::matrix
