#include <gtest/gtest.h>
#include <longclip/error.h>
#include <longclip/matrix.h>

#include <cmath>
#include <limits>
#include <utility>

namespace longclip {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(Matrix, BeginsEmpty) {
  const Matrix matrix;
  EXPECT_TRUE(matrix.empty());
  EXPECT_EQ(matrix.rows(), 0u);
  EXPECT_EQ(matrix.cols(), 0u);
}

TEST(Matrix, OfASizeIsZeros) {
  const Matrix matrix(2, 3);
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 3; ++j) EXPECT_EQ(matrix(i, j), 0);
  }
}

TEST(Matrix, KeepsRowsOneAfterTheOther) {
  Matrix matrix(2, 3, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(matrix(0, 2), 3);
  EXPECT_EQ(matrix(1, 0), 4);
  EXPECT_EQ(matrix.row(1).size(), 3u);
  EXPECT_EQ(matrix.row(1)[2], 6);
  EXPECT_EQ(matrix.row(1).data(), matrix.data() + 3);
  matrix(1, 1) = 7;
  EXPECT_EQ(matrix.data()[4], 7);
}

TEST(Matrix, IsRefusedWithAnotherNumberOfValues) {
  EXPECT_THROW(Matrix(2, 3, {1, 2, 3, 4, 5}), InvalidInput);
  EXPECT_THROW(Matrix(0, 3, {1}), InvalidInput);
  EXPECT_THROW(Matrix(std::numeric_limits<std::size_t>::max() / 2 + 1, 2, {}), InvalidInput);  // 0 if it wrapped
}

TEST(Matrix, IsRefusedWhereItsSizeOverflows) {
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
  EXPECT_THROW(Matrix(kMost, 2), InvalidInput);
  EXPECT_THROW(Matrix(kMost / 2 + 1, 2), InvalidInput);
  EXPECT_THROW(Matrix(1, kMost), InvalidInput);
}

TEST(Matrix, ThatDoesNotFitInMemoryIsRefused) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers end the program instead";
#endif
  EXPECT_THROW(Matrix(std::size_t{1} << 45, 1), InvalidInput);
}

TEST(Matrix, MovedFromIsEmpty) {
  Matrix matrix(2, 3, {1, 2, 3, 4, 5, 6});
  const Matrix taken = std::move(matrix);
  EXPECT_EQ(taken(1, 2), 6);
  EXPECT_EQ(matrix.rows(), 0u);
  EXPECT_EQ(matrix.cols(), 0u);
  Matrix assigned(1, 1);
  matrix = Matrix(1, 2, {7, 8});
  assigned = std::move(matrix);
  EXPECT_EQ(assigned(0, 1), 8);
  EXPECT_EQ(matrix.rows(), 0u);
  EXPECT_TRUE(matrix.normalized().empty());
}

TEST(Normalized, GivesRowsOfLengthOne) {
  const Matrix unit = Matrix(2, 2, {3, 4, -5, 12}).normalized();
  EXPECT_FLOAT_EQ(unit(0, 0), 0.6f);
  EXPECT_FLOAT_EQ(unit(0, 1), 0.8f);
  EXPECT_FLOAT_EQ(unit(1, 0), -5.0f / 13);
  EXPECT_FLOAT_EQ(unit(1, 1), 12.0f / 13);
}

TEST(Normalized, KeepsRowsOfLengthZero) {
  const Matrix unit = Matrix(1, 5).normalized();
  for (const float value : unit.row(0)) EXPECT_EQ(value, 0);
}

TEST(Normalized, TakesTheWholeRangeOfFloats) {
  const float smallest = std::numeric_limits<float>::denorm_min();
  const float greatest = std::numeric_limits<float>::max();
  const Matrix unit = Matrix(3, 2, {smallest, smallest, greatest, -greatest, greatest, smallest}).normalized();
  EXPECT_FLOAT_EQ(unit(0, 0), std::sqrt(0.5f));
  EXPECT_FLOAT_EQ(unit(0, 1), std::sqrt(0.5f));
  EXPECT_FLOAT_EQ(unit(1, 0), std::sqrt(0.5f));
  EXPECT_FLOAT_EQ(unit(1, 1), -std::sqrt(0.5f));
  EXPECT_FLOAT_EQ(unit(2, 0), 1);
}

TEST(Normalized, MarksRowsWithoutDirectionByNaN) {
  const Matrix unit = Matrix(3, 2, {kNan, 1, kInfinity, 1, 3, 4}).normalized();
  EXPECT_TRUE(std::isnan(unit(0, 0)));
  EXPECT_TRUE(std::isnan(unit(1, 0)));
  EXPECT_FLOAT_EQ(unit(2, 0), 0.6f);
}

}  // namespace
}  // namespace longclip
