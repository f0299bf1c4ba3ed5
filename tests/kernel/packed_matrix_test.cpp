#include "kernel/packed_matrix.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace longclip::kernel {
namespace {

TEST(PackedMatrix, HasPanelsOfColumnsAndZerosBeyondThem) {
  Kernels four{};
  four.columns = 4;
  // Five columns of two values each.
  const std::vector<float> values{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  const std::vector<float> bias{-1, -2, -3, -4, -5};
  const PackedMatrix packed(four, values, 2, bias);
  EXPECT_EQ(packed.panels(), 2u);
  const std::vector<float> expected{1, 3, 5, 7, 2, 4, 6, 8, 9, 0, 0, 0, 10, 0, 0, 0};
  EXPECT_EQ(std::vector<float>(packed.from(0), packed.from(2)), expected);
  EXPECT_EQ(std::vector<float>(packed.bias_from(1), packed.bias_from(2)), (std::vector<float>{-5, 0, 0, 0}));
}

TEST(PackedMatrix, NeedsNoBias) {
  Kernels four{};
  four.columns = 4;
  const std::vector<float> values{1, 2};
  EXPECT_EQ(PackedMatrix(four, values, 2, {}).bias_from(0), nullptr);
}

TEST(Allocate, BeginsWithACacheLine) {
  for (const std::size_t count : {0, 1, 17, 1000}) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(allocate(count).get()) % 64, 0u);
  }
}

}  // namespace
}  // namespace longclip::kernel
