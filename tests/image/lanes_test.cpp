#include "image/lanes.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>
#include <vector>

namespace longclip::image {
namespace {

TEST(Lanes, WeighLinesAsThePlainLoopDoes) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    const std::size_t pairs = 1 + random() % 20;
    std::vector<std::uint8_t> lines(2 * pairs * kLanes);
    for (auto& value : lines) value = static_cast<std::uint8_t>(random() % 4 == 0 ? random() : random() % 2 * 255);
    std::vector<WeightPair> weights(pairs);
    for (WeightPair& pair : weights) {
      for (int k = 0; k < 2; ++k) {  // as large as a kernel's: up to 1, a little below 0, and sums near 1
        const int weight = static_cast<int>(random() % ((1 << kWeightBits) / (round % 2 == 0 ? pairs : 1))) - (1 << 18);
        pair.high[k] = static_cast<std::int16_t>(weight >> 11);
        pair.low[k] = static_cast<std::int16_t>(weight & 2047);
      }
    }
    if (round % 2 != 0) weights.resize(1);
    std::array<std::uint8_t, kLanes> fast{};
    std::array<std::uint8_t, kLanes> slow{};
    weigh_lines(lines.data(), kLanes, weights.data(), weights.size(), fast.data());
    plain::weigh_lines(lines.data(), kLanes, weights.data(), weights.size(), slow.data());
    ASSERT_EQ(fast, slow) << "round " << round;
  }
}

TEST(Lanes, TransposeABlockWithinAnother) {
  constexpr std::size_t kFrom = 21;
  constexpr std::size_t kTo = 40;
  std::vector<std::uint8_t> from(kFrom * kLanes);
  std::mt19937 random(2);
  for (auto& value : from) value = static_cast<std::uint8_t>(random());
  std::vector<std::uint8_t> to(kTo * kLanes, 77);
  transpose(from.data(), kFrom, to.data(), kTo);
  for (std::size_t y = 0; y < kLanes; ++y) {
    for (std::size_t x = 0; x < kTo; ++x) EXPECT_EQ(to[y * kTo + x], x < kLanes ? from[x * kFrom + y] : 77);
  }
  std::vector<std::uint8_t> slow(kTo * kLanes, 77);
  plain::transpose(from.data(), kFrom, slow.data(), kTo);
  EXPECT_EQ(to, slow);
}

}  // namespace
}  // namespace longclip::image
