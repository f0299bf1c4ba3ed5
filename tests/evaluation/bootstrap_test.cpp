#include "evaluation/bootstrap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace longclip::evaluation {
namespace {

TEST(Tally, SharesAreOfQueriesNotOfUnits) {
  Tally tally(2, 2);
  tally.add(0, 0, 1, 0.5);
  tally.add(1, 0, 0, 0.25);
  tally.add(1, 0, 0.5, 0.75);
  const auto scores = tally.scores(0, 0);
  EXPECT_DOUBLE_EQ(scores[0].value, 0.5);
  EXPECT_DOUBLE_EQ(scores[0].chance, 0.5);
  EXPECT_EQ(scores[0].low, scores[0].value);
  EXPECT_EQ(scores[0].high, scores[0].value);
  EXPECT_EQ(scores[1].value, 0);  // without a query
}

TEST(Tally, WhatIsSureHasNoInterval) {
  Tally tally(1, 50);
  for (std::size_t unit = 0; unit < 50; ++unit) tally.add(unit, 0, 1, 0);
  const auto score = tally.scores(200, 1).at(0);
  EXPECT_EQ(score.low, 1);
  EXPECT_EQ(score.high, 1);
}

// Of independent queries the interval is that of the binomial distribution, p +- 1.96 sqrt(p q / n).
TEST(Tally, IntervalOfIndependentQueriesIsTheBinomialOne) {
  constexpr std::size_t kUnits = 2000;
  Tally tally(1, kUnits);
  for (std::size_t unit = 0; unit < kUnits; ++unit) tally.add(unit, 0, unit % 10 < 3 ? 1 : 0, 0);
  const auto score = tally.scores(4000, 7).at(0);
  const double half = 1.96 * std::sqrt(0.3 * 0.7 / kUnits);
  EXPECT_NEAR(score.value, 0.3, 1e-12);
  EXPECT_NEAR(score.low, 0.3 - half, 0.1 * half);
  EXPECT_NEAR(score.high, 0.3 + half, 0.1 * half);
}

// Five queries that always agree tell no more than one.
TEST(Tally, QueriesOfAUnitAreDrawnTogether) {
  constexpr std::size_t kUnits = 400;
  Tally together(1, kUnits);
  for (std::size_t unit = 0; unit < kUnits; ++unit) {
    for (int i = 0; i < 5; ++i) together.add(unit, 0, unit % 2 == 0 ? 1 : 0, 0);
  }
  const auto score = together.scores(4000, 3).at(0);
  const double half = 1.96 * std::sqrt(0.25 / kUnits);
  EXPECT_NEAR(score.low, 0.5 - half, 0.1 * half);
  EXPECT_NEAR(score.high, 0.5 + half, 0.1 * half);
}

// The same by another generator and a sort, for units of unequal sizes.
TEST(Tally, IntervalEqualsASlowBootstrap) {
  std::mt19937 generator(11);
  constexpr std::size_t kUnits = 300;
  std::vector<std::vector<double>> hits(kUnits);
  Tally tally(1, kUnits);
  for (std::size_t unit = 0; unit < kUnits; ++unit) {
    for (std::size_t n = 1 + generator() % 4; n > 0; --n) {
      hits[unit].push_back(generator() % 100 < 20 + unit / 10 ? 1 : 0.25);
      tally.add(unit, 0, hits[unit].back(), 0);
    }
  }
  std::vector<double> shares;
  for (int resample = 0; resample < 4000; ++resample) {
    double sum = 0;
    double queries = 0;
    for (std::size_t draw = 0; draw < kUnits; ++draw) {
      for (const double hit : hits[generator() % kUnits]) {
        sum += hit;
        ++queries;
      }
    }
    shares.push_back(sum / queries);
  }
  std::sort(shares.begin(), shares.end());
  const auto score = tally.scores(4000, 5).at(0);
  const double width = shares[3900] - shares[100];
  EXPECT_NEAR(score.low, shares[100], 0.06 * width);
  EXPECT_NEAR(score.high, shares[3900], 0.06 * width);
}

TEST(Tally, SameSeedGivesTheSameInterval) {
  Tally tally(1);
  for (int i = 0; i < 30; ++i) tally.add(tally.add_unit(), 0, i % 3, 0);
  const auto first = tally.scores(100, 1).at(0);
  EXPECT_EQ(first.low, tally.scores(100, 1).at(0).low);
  EXPECT_EQ(first.high, tally.scores(100, 1).at(0).high);
  EXPECT_NE(first.low, tally.scores(100, 2).at(0).low);
}

// A column that one unit alone has queries of is missing from many samples.
TEST(Tally, SamplesWithoutAQueryAreLeftOut) {
  Tally tally(1, 20);
  tally.add(7, 0, 0.5, 0.1);
  const auto score = tally.scores(50, 1).at(0);
  EXPECT_EQ(score.value, 0.5);
  EXPECT_EQ(score.low, 0.5);
  EXPECT_EQ(score.high, 0.5);
}

}  // namespace
}  // namespace longclip::evaluation
