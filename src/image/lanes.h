#pragma once

#include <cstddef>
#include <cstdint>

// The two inner loops of resizing, sixteen bytes wide. This file and lanes.cpp are all of this
// folder that knows a processor's instructions; plain:: says what they compute.

namespace longclip::image {

inline constexpr std::size_t kLanes = 16;
inline constexpr int kWeightBits = 22;

// The weights of two neighbouring lines, w = 2048 high + low each, so that every product and
// every sum of two fits 16 x 16 bit multiplication.
struct WeightPair {
  std::int16_t high[2];
  std::int16_t low[2];
};

// out[i] = clamp((sum over k of weight k * lines[k * stride + i] + half) >> kWeightBits), for the
// sixteen i and 2 * `pairs` lines. Exact: all the sums fit 32 bits.
void weigh_lines(const std::uint8_t* lines, std::size_t stride, const WeightPair* weights, std::size_t pairs,
                 std::uint8_t* out);

// A 16 x 16 block: to[x * to_stride + y] = from[y * from_stride + x].
void transpose(const std::uint8_t* from, std::size_t from_stride, std::uint8_t* to, std::size_t to_stride);

namespace plain {

void weigh_lines(const std::uint8_t* lines, std::size_t stride, const WeightPair* weights, std::size_t pairs,
                 std::uint8_t* out);
void transpose(const std::uint8_t* from, std::size_t from_stride, std::uint8_t* to, std::size_t to_stride);

}  // namespace plain
}  // namespace longclip::image
