#include "image/lanes.h"

#include <algorithm>
#include <vector>

namespace longclip::image {
namespace {

void gather(const std::uint8_t* rows, std::size_t stride, std::size_t pixel, std::size_t steps, std::uint8_t* blocks) {
  for (std::size_t row = 0; row < kLanes; ++row) {
    const std::uint8_t* from = rows + row * stride;
    std::uint8_t* to = blocks + row * kInputs;
    for (std::size_t n = 0; n < steps * step_blocks(pixel); n += pixel) {
      for (std::size_t k = 0; k < kInputs; ++k) {
        for (std::size_t c = 0; c < pixel; ++c) to[(n + c) * kBlock + k] = *from++;
      }
    }
  }
}

void weigh(const std::uint8_t* blocks, std::size_t stride, const WeightGroup* weights, std::size_t groups,
           std::uint8_t* out) {
  std::int32_t sums[kLanes];
  std::fill_n(sums, kLanes, 1 << (kWeightBits - 1));
  for (std::size_t g = 0; g < groups; ++g, blocks += stride) {
    std::int32_t weight[kInputs];
    for (std::size_t k = 0; k < kInputs; ++k) weight[k] = weights[g].high[k] * 2048 + weights[g].low[k];
    for (std::size_t i = 0; i < kLanes; ++i) {
      const std::uint8_t* values = blocks + i * kInputs;
      sums[i] += weight[0] * values[0] + weight[1] * values[1] + weight[2] * values[2] + weight[3] * values[3];
    }
  }
  for (std::size_t i = 0; i < kLanes; ++i)
    out[i] = static_cast<std::uint8_t>(std::clamp(sums[i] >> kWeightBits, 0, 255));
}

std::vector<const Lanes*> find_usable() {
  std::vector<const Lanes*> found;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512vnni")) {
    found.push_back(&avx512_lanes);
  }
  if (__builtin_cpu_supports("avx2")) found.push_back(&avx2_lanes);
  found.push_back(&sse2_lanes);
#endif
  found.push_back(&plain_lanes);
  return found;
}

}  // namespace

const Lanes plain_lanes{"plain", gather, weigh};

WeightGroup split(std::span<const std::int32_t, kInputs> weights) {
  WeightGroup group{};
  for (std::size_t k = 0; k < kInputs; ++k) {
    std::int32_t rest = weights[k];
    for (int piece = 2; piece >= 0; --piece) {
      const auto last = static_cast<std::int8_t>(rest & 255);
      group.bytes[piece][k] = last;
      rest = (rest - last) / 256;
    }
    group.high[k] = static_cast<std::int16_t>(weights[k] >> 11);
    group.low[k] = static_cast<std::int16_t>(weights[k] & 2047);
  }
  return group;
}

std::span<const Lanes* const> usable_lanes() {
  static const std::vector<const Lanes*> usable = find_usable();
  return usable;
}

}  // namespace longclip::image
