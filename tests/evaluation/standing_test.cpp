#include "evaluation/standing.h"

#include <gtest/gtest.h>

#include <vector>

#include "evaluation/slow_recall.h"

namespace longclip::evaluation {
namespace {

TEST(HitProbability, WithoutTiesIsWhetherTheRankIsSmallEnough) {
  const Standing third{.ahead = 2, .level = 1, .right_level = 1, .right = 1};
  EXPECT_EQ(hit_probability(third, 1), 0);
  EXPECT_EQ(hit_probability(third, 2), 0);
  EXPECT_EQ(hit_probability(third, 3), 1);
  EXPECT_EQ(hit_probability(third, 10), 1);
}

TEST(HitProbability, OfTiesIsTheShareOfTheOrdersThatHit) {
  // Four are level, one of them right: any of them is first as likely as another.
  const Standing one{.ahead = 0, .level = 4, .right_level = 1, .right = 1};
  EXPECT_DOUBLE_EQ(hit_probability(one, 1), 1.0 / 4);
  EXPECT_DOUBLE_EQ(hit_probability(one, 3), 3.0 / 4);
  EXPECT_DOUBLE_EQ(hit_probability(one, 4), 1);
  // Five are level, two of them right, and one is ahead: of the ten pairs that may come next, three
  // are both wrong.
  const Standing two{.ahead = 1, .level = 5, .right_level = 2, .right = 2};
  EXPECT_DOUBLE_EQ(hit_probability(two, 1), 0);
  EXPECT_DOUBLE_EQ(hit_probability(two, 3), 7.0 / 10);
}

TEST(HitProbability, EqualsTheCountOfAllOrders) {
  for (std::size_t level = 1; level <= 7; ++level) {
    for (std::size_t right = 1; right <= level; ++right) {
      std::vector<bool> is_right(level);
      std::fill_n(is_right.begin(), right, true);
      for (std::size_t k = 1; k <= level + 1; ++k) {
        const double wanted = testing::slow_hit(std::vector<double>(level, 0.5), is_right, k);
        const auto of = [](std::size_t number) { return static_cast<std::uint32_t>(number); };
        EXPECT_NEAR(hit_probability({0, of(level), of(right), of(right)}, k), wanted, 1e-12);
        EXPECT_NEAR(chance_of_hit(of(right), of(level), k), wanted, 1e-12);
      }
    }
  }
}

TEST(HitProbability, WithoutARightItemIsZero) { EXPECT_EQ(hit_probability({0, 0, 0, 0}, 5), 0); }

}  // namespace
}  // namespace longclip::evaluation
