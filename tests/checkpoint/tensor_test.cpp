#include "checkpoint/tensor.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace longclip::checkpoint {
namespace {

constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();

std::vector<float> counting(std::size_t size) {
  std::vector<float> values(size);
  std::iota(values.begin(), values.end(), 0.0f);
  return values;
}

TEST(Tensor, OwnsTheValuesItIsMadeOf) {
  const Tensor tensor = from_float({1, 2, 3, 4, 5, 6}, {2, 3});
  EXPECT_EQ(tensor.elements(), 6);
  EXPECT_TRUE(tensor.contiguous());
  EXPECT_EQ(to_float(tensor), (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

TEST(Tensor, IsReadByItsStrides) {
  Tensor tensor = from_float(counting(24), {2, 3, 4});
  EXPECT_EQ(to_float(tensor), counting(24));
  tensor.shape = {3, 2};
  tensor.strides = {4, 12};
  EXPECT_FALSE(tensor.contiguous());
  EXPECT_EQ(to_float(tensor), (std::vector<float>{0, 12, 4, 16, 8, 20}));
  tensor.shape = {2, 2, 2};
  tensor.strides = {1, 0, 4};
  EXPECT_EQ(to_float(tensor), (std::vector<float>{0, 4, 0, 4, 1, 5, 1, 5}));
}

TEST(Tensor, StridesOfExtentOneDoNotMatter) {
  Tensor tensor = from_float(counting(4), {1, 4});
  tensor.strides = {77, 1};
  EXPECT_TRUE(tensor.contiguous());
  EXPECT_EQ(to_float(tensor), counting(4));
}

TEST(Tensor, MayBeUnalignedAndOfAnyFloatingType) {
  // 1.5 in each type, one byte off.
  const auto read = [](DType type, std::vector<unsigned char> bytes) {
    bytes.insert(bytes.begin(), 0xff);
    const auto owner = std::make_shared<std::vector<unsigned char>>(std::move(bytes));
    return to_float({type, {1}, {1}, reinterpret_cast<const std::byte*>(owner->data()) + 1, owner}).at(0);
  };
  EXPECT_EQ(read(DType::f64, {0, 0, 0, 0, 0, 0, 0xf8, 0x3f}), 1.5f);
  EXPECT_EQ(read(DType::f32, {0, 0, 0xc0, 0x3f}), 1.5f);
  EXPECT_EQ(read(DType::f16, {0x00, 0x3e}), 1.5f);
  EXPECT_EQ(read(DType::bf16, {0xc0, 0x3f}), 1.5f);
}

TEST(Tensor, TransposesWithoutACopy) {
  const Tensor tensor = from_float(counting(6), {2, 3});
  const Tensor turned = transposed(tensor);
  EXPECT_EQ(turned.data, tensor.data);
  EXPECT_EQ(turned.shape, (std::vector<std::int64_t>{3, 2}));
  EXPECT_EQ(to_float(turned), (std::vector<float>{0, 3, 1, 4, 2, 5}));
}

TEST(Tensor, StacksAlongTheFirstAxisInItsType) {
  const std::array<std::uint16_t, 2> halves{0x3c00, 0x4000};  // 1, 2
  const Tensor half{DType::f16, {2, 1}, {1, 1}, reinterpret_cast<const std::byte*>(halves.data()), nullptr};
  const Tensor twice = stacked(std::array{&half, &half});
  EXPECT_EQ(twice.dtype, DType::f16);
  EXPECT_EQ(twice.shape, (std::vector<std::int64_t>{4, 1}));
  EXPECT_EQ(to_float(twice), (std::vector<float>{1, 2, 1, 2}));

  const Tensor wide = from_float({3, 4}, {2, 1});
  const Tensor mixed = stacked(std::array{&half, &wide});
  EXPECT_EQ(mixed.dtype, DType::f32);
  EXPECT_EQ(to_float(mixed), (std::vector<float>{1, 2, 3, 4}));

  const Tensor square = from_float({1, 2, 3, 4}, {2, 2});
  const Tensor turned = transposed(square);
  EXPECT_EQ(to_float(stacked(std::array{&square, &turned})), (std::vector<float>{1, 2, 3, 4, 1, 3, 2, 4}));
}

TEST(CheckedElements, RefusesWhatDoesNotFit) {
  EXPECT_EQ(checked_elements(std::vector<std::int64_t>{}, DType::f32), 1);
  EXPECT_EQ(checked_elements(std::vector<std::int64_t>{2, 3}, DType::f32), 6);
  EXPECT_EQ(checked_elements(std::vector<std::int64_t>{2, 0}, DType::f32), 0);
  EXPECT_EQ(checked_elements(std::vector<std::int64_t>{2, -1}, DType::f32), std::nullopt);
  EXPECT_EQ(checked_elements(std::vector<std::int64_t>{kHuge}, DType::u8), kHuge);
  EXPECT_EQ(checked_elements(std::vector<std::int64_t>{kHuge}, DType::f32), std::nullopt);
  EXPECT_EQ(checked_elements(std::vector<std::int64_t>{1 << 30, 1 << 30, 1 << 30}, DType::u8), std::nullopt);
  // Strides are made of the other extents.
  EXPECT_EQ(checked_elements(std::vector<std::int64_t>{0, kHuge, kHuge}, DType::u8), std::nullopt);
}

}  // namespace
}  // namespace longclip::checkpoint
