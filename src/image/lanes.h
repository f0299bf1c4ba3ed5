#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// The inner loops of resizing, for one kind of processor each. Bytes that are summed lie together in fours, and
// sixteen such sums are made at a time: a block is 16 lanes x 4 inputs.

namespace longclip::image {

inline constexpr std::size_t kLanes = 16;
inline constexpr std::size_t kInputs = 4;
inline constexpr std::size_t kBlock = kLanes * kInputs;
inline constexpr int kWeightBits = 22;

// Four weights, each in pieces that short multiplications take without a loss:
// 65536 bytes[0] + 256 bytes[1] + bytes[2], and 2048 high + low.
struct WeightGroup {
  std::int8_t bytes[3][kInputs];
  std::int16_t high[kInputs];
  std::int16_t low[kInputs];
};

// Weights from -2^23 to 2^23 - 2^15 can be split.
WeightGroup split(std::span<const std::int32_t, kInputs> weights);

// How many bytes of a row gather() takes at a step, and how many blocks they become.
constexpr std::size_t step_bytes(std::size_t pixel) { return pixel == 3 ? 12 : 16; }
constexpr std::size_t step_blocks(std::size_t pixel) { return step_bytes(pixel) / kInputs; }
// gather() loads so many bytes of a row at a step, whatever the step.
inline constexpr std::size_t kLoaded = 16;

struct Lanes {
  const char* name;

  // Sixteen rows of pixels of `pixel` bytes, 1 to 4, become blocks. Block n has channel n % pixel of the four
  // pixels from n / pixel * 4 on, one row a lane.
  void (*gather)(const std::uint8_t* rows, std::size_t stride, std::size_t pixel, std::size_t steps,
                 std::uint8_t* blocks);

  // out[i] = clamp((sum of weights * lane i of the blocks + half) >> kWeightBits), for `groups` blocks `stride`
  // bytes apart. Exact: where the sum of all products fits 32 bits, it does not matter what those of pieces do.
  void (*weigh)(const std::uint8_t* blocks, std::size_t stride, const WeightGroup* weights, std::size_t groups,
                std::uint8_t* out);
};

extern const Lanes plain_lanes;  // what the others must equal
#if defined(__x86_64__)
extern const Lanes sse2_lanes;
extern const Lanes avx2_lanes;
extern const Lanes avx512_lanes;  // F, BW, VL, VNNI
#endif

// Those that this processor can run, fastest first.
std::span<const Lanes* const> usable_lanes();

}  // namespace longclip::image
