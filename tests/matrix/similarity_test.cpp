#include <gtest/gtest.h>
#include <longclip/error.h>
#include <longclip/similarity.h>

#include <cmath>
#include <limits>
#include <thread>
#include <vector>

#include "golden/golden.h"
#include "matrix/random_matrix.h"

namespace longclip {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

Matrix golden_matrix(const char* name) {
  auto array = golden::read_npy<float>(golden::model(name));
  return Matrix(array.rows(), array.cols(), std::move(array.values));
}

bool same_bits(const Matrix& a, const Matrix& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         std::memcmp(a.data(), b.data(), a.rows() * a.cols() * sizeof(float)) == 0;
}

TEST(Similarity, EqualsTheReferences) {
  const auto logits = golden::read_npy<float>(golden::model("logits_per_image.npy"));
  const Matrix cosines = similarity(golden_matrix("image_features.npy"), golden_matrix("text_features_248.npy"));
  ASSERT_EQ(cosines.rows(), logits.rows());
  ASSERT_EQ(cosines.cols(), logits.cols());
  for (std::size_t i = 0; i < cosines.rows(); ++i) {
    for (std::size_t j = 0; j < cosines.cols(); ++j) EXPECT_NEAR(cosines(i, j), logits(i, j) / 100, 2e-6);
  }
}

TEST(Similarity, IsWithinAMillionthOfTheExactCosine) {
  for (const std::size_t width : {1u, 2u, 31u, 32u, 512u, 768u, 3001u}) {
    const Matrix a = random_matrix(37, width, 3);
    const Matrix b = random_matrix(53, width, 4);
    const Matrix cosines = similarity(a, b);
    for (std::size_t i = 0; i < a.rows(); ++i) {
      for (std::size_t j = 0; j < b.rows(); ++j) {
        ASSERT_NEAR(cosines(i, j), exact_cosine(a.row(i), b.row(j)), 1e-6) << width;
      }
    }
  }
}

TEST(Similarity, DoesNotDriftOverEqualValues) {
  // Sums of equal terms round the same way each time: the hard case for a sum in float.
  for (const std::size_t width : {100u, 768u, 5000u, 100000u}) {
    const Matrix a(1, width, std::vector<float>(width, 0.1f));
    const Matrix b(1, width, std::vector<float>(width, -0.3f));
    EXPECT_NEAR(similarity(a, a)(0, 0), 1, 1e-6) << width;
    EXPECT_NEAR(similarity(a, b)(0, 0), -1, 1e-6) << width;
  }
}

TEST(Similarity, StaysWithinMinusOneAndOne) {
  const Matrix a = random_matrix(200, 33, 5);
  Matrix opposite = a;
  for (std::size_t i = 0; i < opposite.rows(); ++i) {
    for (float& value : opposite.row(i)) value = -value;
  }
  const Matrix cosines = similarity(a, a);
  const Matrix negative = similarity(a, opposite);
  for (std::size_t i = 0; i < a.rows(); ++i) {
    EXPECT_LE(cosines(i, i), 1);
    EXPECT_GE(negative(i, i), -1);
  }
}

TEST(Similarity, DoesNotDependOnLength) {
  Matrix a = random_matrix(4, 64, 6);
  const Matrix b = random_matrix(5, 64, 7);
  const Matrix cosines = similarity(a, b);
  for (std::size_t i = 0; i < a.rows(); ++i) {
    for (float& value : a.row(i)) value *= 0x1p-120f;
  }
  const Matrix scaled = similarity(a, b);
  for (std::size_t i = 0; i < a.rows(); ++i) {
    for (std::size_t j = 0; j < b.rows(); ++j) EXPECT_NEAR(scaled(i, j), cosines(i, j), 1e-6);
  }
}

TEST(Similarity, OfAPairDoesNotDependOnTheOthers) {
  const Matrix a = random_matrix(21, 96, 8);
  const Matrix b = random_matrix(1100, 96, 9);
  const Matrix cosines = similarity(a, b);
  for (std::size_t i = 0; i < a.rows(); ++i) {
    for (std::size_t j = 0; j < b.rows(); j += 13) {
      const Matrix one_a(1, 96, {a.row(i).begin(), a.row(i).end()});
      const Matrix one_b(1, 96, {b.row(j).begin(), b.row(j).end()});
      ASSERT_EQ(similarity(one_a, one_b)(0, 0), cosines(i, j));
    }
  }
}

TEST(Similarity, OfARowOfZerosIsZero) {
  const Matrix cosines = similarity(Matrix(1, 8), random_matrix(3, 8, 10));
  for (const float cosine : cosines.row(0)) EXPECT_EQ(cosine, 0);
}

TEST(Similarity, OfARowWithoutDirectionIsNaN) {
  const Matrix a(3, 2, {kNan, 1, -kInfinity, 1, 1, 1});
  const Matrix cosines = similarity(a, Matrix(2, 2, {1, 0, 0, 0}));
  for (std::size_t j = 0; j < 2; ++j) {
    EXPECT_TRUE(std::isnan(cosines(0, j)));
    EXPECT_TRUE(std::isnan(cosines(1, j)));
    EXPECT_FALSE(std::isnan(cosines(2, j)));
  }
}

TEST(Similarity, OfNothingIsEmpty) {
  EXPECT_EQ(similarity(Matrix(0, 8), Matrix(3, 8)).rows(), 0u);
  EXPECT_EQ(similarity(Matrix(0, 8), Matrix(3, 8)).cols(), 3u);
  EXPECT_EQ(similarity(Matrix(3, 8), Matrix(0, 8)).rows(), 3u);
  EXPECT_EQ(similarity(Matrix(2, 0), Matrix(2, 0))(1, 1), 0);
}

TEST(Similarity, OfOtherWidthsIsRefused) {
  EXPECT_THROW(similarity(Matrix(2, 512), Matrix(3, 768)), InvalidInput);
  EXPECT_THROW(similarity(Matrix(2, 512), Matrix()), InvalidInput);
}

TEST(Similarity, IsTheSameFromManyThreads) {
  const Matrix a = random_matrix(40, 128, 11);
  const Matrix b = random_matrix(300, 128, 12);
  const Matrix expected = similarity(a, b);
  std::vector<Matrix> results(4);
  std::vector<std::thread> threads;
  for (Matrix& result : results) threads.emplace_back([&] { result = similarity(a, b); });
  for (auto& thread : threads) thread.join();
  for (const Matrix& result : results) EXPECT_TRUE(same_bits(result, expected));
}

TEST(Probabilities, EqualTheReferences) {
  const auto expected = golden::read_npy<float>(golden::model("probs_per_image.npy"));
  const Matrix cosines = similarity(golden_matrix("image_features.npy"), golden_matrix("text_features_248.npy"));
  const Matrix result = probabilities(cosines, 100);
  ASSERT_EQ(result.rows(), expected.rows());
  ASSERT_EQ(result.cols(), expected.cols());
  for (std::size_t i = 0; i < result.rows(); ++i) {
    for (std::size_t j = 0; j < result.cols(); ++j) EXPECT_NEAR(result(i, j), expected(i, j), 1e-4);
  }
}

TEST(Probabilities, OfARowAddUpToOne) {
  const Matrix result = probabilities(random_matrix(5, 300, 13), 100);
  for (std::size_t i = 0; i < result.rows(); ++i) {
    double sum = 0;
    for (const float probability : result.row(i)) sum += probability;
    EXPECT_NEAR(sum, 1, 1e-5);
  }
}

TEST(Probabilities, AreStableForLargeNumbers) {
  const Matrix result = probabilities(Matrix(2, 2, {3e38f, 3e38f, -3e38f, 3e38f}), 3e38f);
  EXPECT_EQ(result(0, 0), 0.5f);
  EXPECT_EQ(result(0, 1), 0.5f);
  EXPECT_EQ(result(1, 0), 0);
  EXPECT_EQ(result(1, 1), 1);
}

TEST(Probabilities, TurnRoundWithANegativeScale) {
  const Matrix result = probabilities(Matrix(1, 2, {0, 1}), -std::log(3.0f));
  EXPECT_NEAR(result(0, 0), 0.75, 1e-6);
  EXPECT_NEAR(result(0, 1), 0.25, 1e-6);
}

TEST(Probabilities, AreNaNInARowWithNaN) {
  const Matrix result = probabilities(Matrix(2, 2, {1, kNan, 1, 1}), 100);
  EXPECT_TRUE(std::isnan(result(0, 0)));
  EXPECT_TRUE(std::isnan(result(0, 1)));
  EXPECT_EQ(result(1, 0), 0.5f);
}

TEST(Probabilities, OfNothingAreEmpty) {
  EXPECT_EQ(probabilities(Matrix(0, 3), 100).rows(), 0u);
  EXPECT_EQ(probabilities(Matrix(3, 0), 100).cols(), 0u);
}

TEST(Probabilities, AreRefusedForAScaleThatIsNoNumber) {
  EXPECT_THROW(probabilities(Matrix(1, 1), kNan), InvalidInput);
  EXPECT_THROW(probabilities(Matrix(1, 1), kInfinity), InvalidInput);
}

}  // namespace
}  // namespace longclip
