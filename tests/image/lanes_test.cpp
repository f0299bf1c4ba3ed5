#include "image/lanes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <vector>

namespace longclip::image {
namespace {

std::mt19937 random_numbers(1);

// Mostly extremes.
std::vector<std::uint8_t> random_bytes(std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  for (auto& byte : bytes) {
    const auto number = random_numbers();
    byte = static_cast<std::uint8_t>(number % 4 == 0 ? number >> 8 : number / 4 % 2 * 255);
  }
  return bytes;
}

// The sum as its description reads, in 64 bits.
std::array<std::uint8_t, kLanes> slow_sums(const std::vector<std::uint8_t>& blocks, std::size_t stride,
                                           const std::vector<std::int32_t>& weights) {
  std::array<std::uint8_t, kLanes> sums{};
  for (std::size_t i = 0; i < kLanes; ++i) {
    std::int64_t sum = 1 << (kWeightBits - 1);
    for (std::size_t n = 0; n < weights.size(); ++n)
      sum += std::int64_t{weights[n]} * blocks[n / kInputs * stride + i * kInputs + n % kInputs];
    sums[i] = static_cast<std::uint8_t>(std::clamp<std::int64_t>(sum >> kWeightBits, 0, 255));
  }
  return sums;
}

TEST(Lanes, WeighAsTheDescriptionReads) {
  for (int round = 0; round < 3000; ++round) {
    const std::size_t groups = 1 + random_numbers() % 20;
    const std::size_t stride = kBlock * (1 + random_numbers() % 4);
    const auto blocks = random_bytes(groups * stride);
    std::vector<std::int32_t> weights(groups * kInputs);
    // As large as a kernel's: one near 1, or many that sum up to it, some of them a little below 0.
    const auto range = static_cast<std::uint32_t>(1 << kWeightBits) / (round % 2 == 0 ? weights.size() : 1);
    for (auto& weight : weights) {
      weight = static_cast<std::int32_t>(random_numbers() % (range + 1)) - (1 << 18) / static_cast<int>(weights.size());
      if (round % 2 != 0) weight = &weight == &weights.front() ? weight : 0;
    }
    if (round % 2 != 0) std::swap(weights.front(), weights[random_numbers() % weights.size()]);
    std::vector<WeightGroup> split_weights;
    for (std::size_t g = 0; g < groups; ++g)
      split_weights.push_back(split(std::span(weights).subspan(g * kInputs).first<kInputs>()));
    for (const Lanes* lanes : usable_lanes()) {
      std::array<std::uint8_t, kLanes> sums{};
      lanes->weigh(blocks.data(), stride, split_weights.data(), groups, sums.data());
      ASSERT_EQ(sums, slow_sums(blocks, stride, weights)) << lanes->name << ", round " << round;
    }
  }
}

TEST(Lanes, WeightsAreSplitWithoutALoss) {
  for (int i = -(1 << 23); i < (1 << 23) - (1 << 15); i += 997) {
    const std::array<std::int32_t, kInputs> weights{i, -i / 2, i / 3, 127 - i / 4};
    const WeightGroup group = split(weights);
    for (std::size_t k = 0; k < kInputs; ++k) {
      ASSERT_EQ(group.bytes[0][k] * 65536 + group.bytes[1][k] * 256 + group.bytes[2][k], weights[k]);
      ASSERT_EQ(group.high[k] * 2048 + group.low[k], weights[k]);
    }
  }
}

TEST(Lanes, GatherFourPixelsOfAChannelAndSixteenRows) {
  for (const std::size_t pixel : {1, 2, 3, 4}) {
    for (const std::size_t steps : {1, 2, 7}) {
      const std::size_t stride = steps * step_bytes(pixel) + 21;
      const auto rows = random_bytes(kLanes * stride);
      for (const Lanes* lanes : usable_lanes()) {
        std::vector<std::uint8_t> blocks(steps * step_blocks(pixel) * kBlock + kBlock, 77);
        lanes->gather(rows.data(), stride, pixel, steps, blocks.data());
        for (std::size_t i = 0; i < blocks.size(); ++i) {
          const std::size_t block = i / kBlock;
          const std::size_t x = block / pixel * kInputs + i % kInputs;
          const std::uint8_t expected = block < steps * step_blocks(pixel)
                                            ? rows[i % kBlock / kInputs * stride + x * pixel + block % pixel]
                                            : std::uint8_t{77};
          ASSERT_EQ(blocks[i], expected) << lanes->name << ", " << pixel << " bytes a pixel, byte " << i;
        }
      }
    }
  }
}

}  // namespace
}  // namespace longclip::image
