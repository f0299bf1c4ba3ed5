#include "engine/native/balance.h"

#include <cmath>

#include <gtest/gtest.h>

namespace longclip::engine::native {
namespace {

// A row of two features after the norm's gain and bias, times a column's weights.
double product(const Norm& norm, const std::vector<double>& row, const std::vector<float>& weights,
               const std::vector<float>& factors) {
  double sum = 0;
  for (std::size_t k = 0; k < row.size(); ++k) {
    sum += (row[k] * norm.gain[k] + norm.bias[k]) * weights[k] * (factors.empty() ? 1.0 : factors[k]);
  }
  return sum;
}

TEST(Balance, EvensOutAFeatureThatIsFarLargerThanOthersAndLeavesTheProduct) {
  const Norm before{{1, 100}, {0.5f, -20}};
  const std::vector<float> weights{0.5f, 0.02f};
  Norm norm = before;
  const auto factors = balance(norm, weights);
  for (const auto& row : {std::vector<double>{1, -1}, {0.25, 3}}) {
    const double expected = product(before, row, weights, {});
    EXPECT_NEAR(product(norm, row, weights, factors), expected, 1e-5 * std::abs(expected));
  }
  EXPECT_LT(norm.gain[1] / norm.gain[0], 5);  // from a hundred
}

TEST(Balance, LeavesFeaturesThatNothingIsMadeOf) {
  Norm norm{{0, 2}, {0, 1}};
  const std::vector<float> weights{1, 0, 3, 0};  // two columns
  EXPECT_EQ(balance(norm, weights), (std::vector<float>{1, 1}));
  EXPECT_EQ(norm.gain, (std::vector<float>{0, 2}));
}

}  // namespace
}  // namespace longclip::engine::native
