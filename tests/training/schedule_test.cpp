#include "training/schedule.h"

#include <cmath>

#include <gtest/gtest.h>

namespace longclip::training {
namespace {

TEST(LearningRate, RisesInALineToItsPeak) {
  EXPECT_DOUBLE_EQ(learning_rate(2, 0, 4, 100), 0.5);
  EXPECT_DOUBLE_EQ(learning_rate(2, 1, 4, 100), 1.0);
  EXPECT_DOUBLE_EQ(learning_rate(2, 3, 4, 100), 2.0);
  EXPECT_DOUBLE_EQ(learning_rate(2, 4, 4, 100), 2.0);
}

TEST(LearningRate, FallsByAHalfCosine) {
  EXPECT_NEAR(learning_rate(2, 50, 0, 100), 1.0, 1e-12);
  EXPECT_NEAR(learning_rate(2, 25, 0, 100), 1 + std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(learning_rate(2, 52, 4, 100), 1.0, 1e-12);
  EXPECT_GT(learning_rate(2, 99, 4, 100), 0);
  EXPECT_LT(learning_rate(2, 99, 4, 100), 0.002);
}

}  // namespace
}  // namespace longclip::training
