#include "kernel/packed_matrix.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

namespace longclip::kernel {
namespace {

Kernels of_four_columns(Element operand) {
  Kernels kernels{};
  kernels.columns = 4;
  kernels.operand = operand;
  return kernels;
}

Product panels_of(const PackedMatrix& packed, std::size_t first, std::size_t count) {
  Product product;
  packed.take_panels(first, count, product);
  return product;
}

template <class Number>
std::vector<Number> numbers_at(const std::byte* from, std::size_t count) {
  std::vector<Number> numbers(count);
  std::memcpy(numbers.data(), from, count * sizeof(Number));
  return numbers;
}

TEST(PackedMatrix, HasPanelsOfColumnsAndZerosBeyondThem) {
  // Five columns of two values each.
  const std::vector<float> values{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  const std::vector<float> bias{-1, -2, -3, -4, -5};
  const PackedMatrix packed(of_four_columns(Element::f32), values, 2, bias);
  EXPECT_EQ(packed.panels(), 2u);
  EXPECT_EQ(packed.depth(), 2u);
  EXPECT_EQ(numbers_at<float>(panels_of(packed, 0, 2).panels, 16),
            (std::vector<float>{1, 3, 5, 7, 2, 4, 6, 8, 9, 0, 0, 0, 10, 0, 0, 0}));
  const Product last = panels_of(packed, 1, 1);
  EXPECT_EQ(numbers_at<float>(last.panels, 1), std::vector<float>{9});
  EXPECT_EQ(std::vector<float>(last.bias, last.bias + 4), (std::vector<float>{-5, 0, 0, 0}));
}

TEST(PackedMatrix, HasTwoBfloat16InAUnit) {
  // One column of three values; 0x3f80 is 1, 0x4000 2, and 1.00390625 lies between 0x3f80 and 0x3f81: to the even one.
  const PackedMatrix packed(of_four_columns(Element::bf16), std::vector<float>{1, 2, 1.00390625f}, 3, {});
  EXPECT_EQ(packed.depth(), 2u);
  EXPECT_EQ(numbers_at<std::uint16_t>(panels_of(packed, 0, 1).panels, 16),
            (std::vector<std::uint16_t>{0x3f80, 0x4000, 0, 0, 0, 0, 0, 0, 0x3f80, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(PackedMatrix, HasFourIntegersInAUnitAndAScaleAColumn) {
  const std::vector<float> values{1, -2, 0.5f, 2, 0, 0, 0, 0};
  const PackedMatrix packed(of_four_columns(Element::u8), values, 4, {});
  const Product product = panels_of(packed, 0, 1);
  EXPECT_EQ(packed.depth(), 1u);
  EXPECT_EQ(numbers_at<std::int8_t>(product.panels, 16),
            (std::vector<std::int8_t>{64, -127, 32, 127, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_FLOAT_EQ(product.b_scales[0], 2.0f / 127);
  EXPECT_EQ(product.b_sums[0], 96);
  EXPECT_EQ(product.b_sums[1], 0);
}

TEST(PackedMatrix, OfIntegersDoesNotLoseWhatIsNotFinite) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> values{1, nan, 2, infinity, -infinity, 1, 3, 4};
  const PackedMatrix packed(of_four_columns(Element::u8), values, 2, {});
  const Product product = panels_of(packed, 0, 1);
  for (const std::size_t column : {0, 1, 2}) EXPECT_TRUE(std::isnan(product.b_scales[column])) << column;
  EXPECT_FLOAT_EQ(product.b_scales[3], 4.0f / 127);
}

TEST(PackedMatrix, BeginsEachPartOfTheColumnsWithAPanel) {
  // Two parts of one column each, of two depths, the second of which counts threefold.
  const std::vector<float> values{1, 2, 3, 4};
  const std::vector<float> bias{-1, -2};
  const std::vector<float> factors{1, 3};
  const PackedMatrix packed(of_four_columns(Element::f32), values, 2, bias, {2, factors});
  EXPECT_EQ(packed.panels(), 2u);
  const Product product = panels_of(packed, 0, 2);
  EXPECT_EQ(numbers_at<float>(product.panels, 16),
            (std::vector<float>{1, 0, 0, 0, 6, 0, 0, 0, 3, 0, 0, 0, 12, 0, 0, 0}));
  EXPECT_EQ(std::vector<float>(product.bias, product.bias + 8), (std::vector<float>{-1, 0, 0, 0, -2, 0, 0, 0}));
}

TEST(PackedMatrix, NeedsNoBias) {
  const std::vector<float> values{1, 2};
  EXPECT_EQ(panels_of(PackedMatrix(of_four_columns(Element::f32), values, 2, {}), 0, 1).bias, nullptr);
}

TEST(Allocate, BeginsWithACacheLine) {
  for (const std::size_t count : {0, 1, 17, 1000}) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(allocate(count).get()) % 64, 0u);
  }
}

}  // namespace
}  // namespace longclip::kernel
