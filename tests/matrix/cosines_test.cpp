#include "matrix/cosines.h"

#include <gtest/gtest.h>
#include <longclip/similarity.h>

#include <utility>
#include <vector>

#include "matrix/random_matrix.h"

namespace longclip::matrix {
namespace {

// Sizes around those of tiles and blocks; rows so long that a block holds the fewest.
TEST(ForEachCosine, GivesEachPairOnceAndInOrder) {
  for (const std::size_t width : {1u, 7u, 64u, 9000u}) {
    for (const std::size_t rows : {1u, 4u, 5u, 33u}) {
      const Matrix a = random_matrix(rows, width, 1);
      const Matrix b = random_matrix(70, width, 2);
      std::vector<std::size_t> next(rows, 0);
      for_each_cosine(a, b, [&](std::size_t i, std::size_t j, std::span<const float> cosines) {
        ASSERT_EQ(j, next.at(i));
        next[i] += cosines.size();
        for (std::size_t c = 0; c < cosines.size(); ++c) {
          ASSERT_NEAR(cosines[c], exact_cosine(a.row(i), b.row(j + c)), 1e-6);
        }
      });
      EXPECT_EQ(next, std::vector<std::size_t>(rows, 70));
    }
  }
}

TEST(ForEachCosine, OfSomeRowsIsBitForBitThatOfAll) {
  const Matrix a = random_matrix(300, 48, 3);
  const Matrix b = random_matrix(70, 48, 4);
  const Matrix all = similarity(a, b);
  for (const auto& [first, count] : {std::pair{0, 300}, std::pair{1, 130}, std::pair{297, 3}, std::pair{5, 0}}) {
    std::size_t pairs = 0;
    for_each_cosine(a, static_cast<std::size_t>(first), static_cast<std::size_t>(count), b,
                    [&](std::size_t i, std::size_t j, std::span<const float> cosines) {
                      ASSERT_GE(i, static_cast<std::size_t>(first));
                      for (std::size_t c = 0; c < cosines.size(); ++c) ASSERT_EQ(cosines[c], all(i, j + c));
                      pairs += cosines.size();
                    });
    EXPECT_EQ(pairs, static_cast<std::size_t>(count) * 70);
  }
}

// Equal scores must be found equal, whichever way a pair is computed, and from either side.
TEST(PickCosines, AreBitForBitThoseOfAllPairs) {
  const Matrix a = random_matrix(9, 130, 5);
  const Matrix b = random_matrix(200, 130, 6);
  const Matrix all = similarity(a, b);
  const Matrix turned = similarity(b, a);
  const std::vector<std::size_t> indices = {7, 199, 0, 7, 64, 65, 66, 31, 1, 2, 3, 4, 5, 150, 151, 152, 153, 10, 11};
  std::vector<float> cosines(indices.size());
  for (std::size_t i = 0; i < a.rows(); ++i) {
    pick_cosines(a.row(i), b, indices, cosines);
    for (std::size_t n = 0; n < indices.size(); ++n) {
      EXPECT_EQ(cosines[n], all(i, indices[n]));
      EXPECT_EQ(cosines[n], turned(indices[n], i));
    }
  }
  pick_cosines(a.row(0), b, {}, {});
}

}  // namespace
}  // namespace longclip::matrix
