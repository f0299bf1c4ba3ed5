#include <gtest/gtest.h>
#include <longclip/error.h>
#include <longclip/similarity.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "matrix/random_matrix.h"

namespace longclip {
namespace {

std::vector<std::size_t> indices(const std::vector<Match>& matches) {
  std::vector<std::size_t> result;
  for (const Match& match : matches) result.push_back(match.index);
  return result;
}

TEST(TopK, IsTheBeginningOfAFullSort) {
  const Matrix queries = random_matrix(9, 40, 1);
  Matrix items = random_matrix(1500, 40, 2);
  // Many equal scores: every third item is the one before it.
  for (std::size_t i = 2; i < items.rows(); i += 3) {
    std::copy(items.row(i - 1).begin(), items.row(i - 1).end(), items.row(i).begin());
  }
  const Matrix cosines = similarity(queries, items);
  for (const std::size_t k : {1u, 2u, 10u, 100u, 1499u, 1500u}) {
    const auto matches = top_k(queries, items, k);
    ASSERT_EQ(matches.size(), queries.rows());
    for (std::size_t q = 0; q < queries.rows(); ++q) {
      std::vector<std::size_t> order(items.rows());
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(),
                       [&](std::size_t i, std::size_t j) { return cosines(q, i) > cosines(q, j); });
      order.resize(k);
      ASSERT_EQ(indices(matches[q]), order);
      for (const Match& match : matches[q]) ASSERT_EQ(match.score, cosines(q, match.index));
    }
  }
}

TEST(TopK, PutsEqualScoresInOrderOfIndex) {
  const Matrix items(6, 2, {0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1, 0});
  const auto matches = top_k(Matrix(1, 2, {1, 0}), items, 3);
  EXPECT_EQ(indices(matches[0]), (std::vector<std::size_t>{1, 2, 4}));
}

TEST(TopK, GivesAllItemsWhereThereAreFewer) {
  const auto matches = top_k(Matrix(2, 2, {1, 0, 0, 1}), Matrix(2, 2, {0, 1, 1, 0}), 10);
  EXPECT_EQ(indices(matches[0]), (std::vector<std::size_t>{1, 0}));
  EXPECT_EQ(indices(matches[1]), (std::vector<std::size_t>{0, 1}));
}

TEST(TopK, GivesNothingForNone) {
  EXPECT_TRUE(top_k(Matrix(1, 2, {1, 0}), Matrix(2, 2, {0, 1, 1, 0}), 0)[0].empty());
  EXPECT_TRUE(top_k(Matrix(1, 2, {1, 0}), Matrix(0, 2), 5)[0].empty());
  EXPECT_TRUE(top_k(Matrix(0, 2), Matrix(2, 2), 5).empty());
}

TEST(TopK, PutsItemsWithoutDirectionLast) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  const Matrix items(5, 2, {nan, 0, -1, 0, nan, 0, 1, 0, 0, 0});
  EXPECT_EQ(indices(top_k(Matrix(1, 2, {1, 0}), items, 5)[0]), (std::vector<std::size_t>{3, 4, 1, 0, 2}));
  EXPECT_EQ(indices(top_k(Matrix(1, 2, {1, 0}), items, 2)[0]), (std::vector<std::size_t>{3, 4}));
  EXPECT_EQ(indices(top_k(Matrix(1, 2, {nan, 0}), items, 2)[0]), (std::vector<std::size_t>{0, 1}));
}

TEST(TopK, OfOtherWidthsIsRefused) { EXPECT_THROW(top_k(Matrix(2, 512), Matrix(3, 768), 1), InvalidInput); }

}  // namespace
}  // namespace longclip
