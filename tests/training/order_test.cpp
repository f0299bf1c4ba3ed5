#include "training/order.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace longclip::training {
namespace {

std::vector<std::size_t> epoch_of(Order& order, std::uint64_t epoch, std::uint64_t steps) {
  std::vector<std::size_t> all;
  for (std::uint64_t step = epoch * steps; step < (epoch + 1) * steps; ++step) {
    const auto part = order.at(step).examples;
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

TEST(TrainingOrder, AnEpochTakesEveryExampleOnce) {
  Order order(60, 10, 1);
  ASSERT_EQ(order.steps_per_epoch(), 6u);
  for (const std::uint64_t epoch : {0, 1, 7}) {
    const auto all = epoch_of(order, epoch, 6);
    EXPECT_EQ(std::set<std::size_t>(all.begin(), all.end()).size(), 60u);
    EXPECT_EQ(*std::max_element(all.begin(), all.end()), 59u);
    EXPECT_EQ(order.at(epoch * 6 + 5).epoch, epoch);
  }
}

TEST(TrainingOrder, EpochsAndSeedsDiffer) {
  Order order(60, 10, 1);
  Order other(60, 10, 2);
  EXPECT_NE(epoch_of(order, 0, 6), epoch_of(order, 1, 6));
  EXPECT_NE(epoch_of(order, 0, 6), epoch_of(other, 0, 6));
}

TEST(TrainingOrder, AStepDoesNotDependOnThoseAskedForBefore) {
  Order once(60, 10, 3);
  Order again(60, 10, 3);
  for (std::uint64_t step = 0; step < 20; ++step) once.at(step);
  EXPECT_EQ(once.at(21).examples, again.at(21).examples);
  EXPECT_EQ(once.at(3).examples, again.at(3).examples);
}

TEST(TrainingOrder, LeavesOutWhatFillsNoBatch) {
  Order order(64, 10, 1);
  EXPECT_EQ(order.steps_per_epoch(), 6u);
  const auto all = epoch_of(order, 0, 6);
  EXPECT_EQ(std::set<std::size_t>(all.begin(), all.end()).size(), 60u);
}

TEST(TrainingOrder, SaysWhichHaveNoOtherOfTheirKindInTheBatch) {
  Likeness likeness{{}, {}, 2, 0.5};
  for (std::size_t i = 0; i < 60; ++i) likeness.kinds.push_back(i % 20);
  Order order(60, 10, 1, likeness);
  for (std::uint64_t i = 0; i < 12; ++i) {
    const Order::Step step = order.at(i);
    ASSERT_EQ(step.alone.size(), 10u);
    for (std::size_t a = 0; a < 10; ++a) {
      const auto like_it = std::count_if(step.examples.begin(), step.examples.end(),
                                         [&](std::size_t b) { return b % 20 == step.examples[a] % 20; });
      EXPECT_EQ(step.alone[a], like_it == 1);
    }
  }
}

// Each example is first about as often as any other.
TEST(TrainingOrder, IsNoMoreLikelyToBeginWithOneExampleThanWithAnother) {
  std::vector<int> first(8);
  Order order(8, 8, 5);
  constexpr int kEpochs = 4000;
  for (int epoch = 0; epoch < kEpochs; ++epoch) ++first[order.at(static_cast<std::uint64_t>(epoch)).examples[0]];
  for (const int count : first) EXPECT_NEAR(count, kEpochs / 8, 100);  // more than four standard deviations
}

TEST(TrainingOrder, BringsThoseThatAreAlikeTogetherAndStillTakesAllOnce) {
  // Kinds of 1, 2, 3 and 24 members, 30 in all.
  Likeness likeness{{}, {}, 4};
  for (std::size_t i = 0; i < 30; ++i) likeness.kinds.push_back(i < 1 ? 7 : i < 3 ? 8 : i < 6 ? 9 : 10);
  Order order(30, 10, 5, likeness);
  for (const std::uint64_t epoch : {0, 1, 2}) {
    const auto all = epoch_of(order, epoch, 3);
    ASSERT_EQ(std::set<std::size_t>(all.begin(), all.end()).size(), 30u);
    const auto place = [&](std::size_t example) { return std::find(all.begin(), all.end(), example) - all.begin(); };
    EXPECT_EQ(std::abs(place(1) - place(2)), 1);
    const auto [first, last] = std::minmax({place(3), place(4), place(5)});
    EXPECT_EQ(last - first, 2);
    // The large kind comes in sixes of four, which others may stand between.
    std::size_t run = 0;
    for (const std::size_t example : all) {
      run = example >= 6 ? run + 1 : 0;
      if (run == 0) continue;
      if (example == all.back() || all[static_cast<std::size_t>(place(example)) + 1] < 6) {
        EXPECT_EQ(run % 4, 0u);
      }
    }
  }
  EXPECT_NE(epoch_of(order, 0, 3), epoch_of(order, 1, 3));
}

TEST(TrainingOrder, BringsAShareOfThemTogetherAndTakesTheOthersByChance) {
  constexpr std::size_t kKinds = 50, kExamples = 10'000;
  Likeness likeness{{}, {}, 4, 0.5};
  for (std::size_t i = 0; i < kExamples; ++i) likeness.kinds.push_back(i % kKinds);
  Order order(kExamples, 100, 5, likeness);
  const auto all = epoch_of(order, 0, kExamples / 100);
  ASSERT_EQ(std::set<std::size_t>(all.begin(), all.end()).size(), kExamples);
  std::size_t in_fours = 0;
  for (std::size_t first = 0, last = 0; first < all.size(); first = last) {
    while (last < all.size() && all[last] % kKinds == all[first] % kKinds) ++last;
    if (last - first >= 4) in_fours += last - first;
  }
  // Neighbours that are alike by chance make it a little more.
  EXPECT_NEAR(static_cast<double>(in_fours) / kExamples, 0.5, 0.04);
}

TEST(TrainingOrder, BringsTheNearerOfThoseThatAreAlikeTogetherFirst) {
  // A kind of 40, of which each is nearer to three others.
  Likeness likeness{std::vector<std::size_t>(40, 0), {}, 4};
  for (std::size_t i = 0; i < 40; ++i) likeness.nearer.push_back(i % 10);
  Order order(40, 8, 5, likeness);
  const auto all = epoch_of(order, 0, 5);
  ASSERT_EQ(std::set<std::size_t>(all.begin(), all.end()).size(), 40u);
  for (std::size_t i = 0; i < 40; i += 4) {
    for (std::size_t j = i + 1; j < i + 4; ++j) EXPECT_EQ(all[j] % 10, all[i] % 10);
  }
  EXPECT_NE(epoch_of(order, 0, 5), epoch_of(order, 1, 5));
}

// Else the loss would fall towards the end of each epoch, where little is left to tell apart.
TEST(TrainingOrder, HasAsManyTogetherAtTheEndOfAnEpochAsAtItsBeginning) {
  constexpr std::size_t kExamples = 20'000, kBatch = 100, kSteps = kExamples / kBatch;
  Likeness likeness{{}, {}, 4, 0.75};
  for (std::size_t i = 0; i < kExamples; ++i) likeness.kinds.push_back(i / 10);  // groups of ten: 4 + 4 + 2
  Order order(kExamples, kBatch, 5, likeness);
  const auto together = [&](std::uint64_t begin) {
    std::size_t count = 0;
    for (std::uint64_t step = begin; step < begin + kSteps / 5; ++step) {
      const auto alone = order.at(step).alone;
      count += static_cast<std::size_t>(std::count(alone.begin(), alone.end(), false));
    }
    return static_cast<double>(count) / (kExamples / 5.0);
  };
  EXPECT_NEAR(together(0), 0.75, 0.05);
  EXPECT_NEAR(together(kSteps - kSteps / 5), together(0), 0.05);
}

TEST(TrainingOrder, IsByChanceWhereOneAtATimeIsAskedFor) {
  Order plain(60, 10, 1);
  Order alike(60, 10, 1, {std::vector<std::size_t>(60, 3), {}, 1});
  EXPECT_EQ(epoch_of(plain, 0, 6), epoch_of(alike, 0, 6));
}

}  // namespace
}  // namespace longclip::training
