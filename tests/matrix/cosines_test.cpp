#include "matrix/cosines.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace longclip::matrix
