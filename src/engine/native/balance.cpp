#include "engine/native/balance.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace longclip::engine::native {

void balance(Norm& norm, std::span<float> weights) {
  const std::size_t features = norm.gain.size();
  std::vector<float> largest(features);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    largest[i % features] = std::max(largest[i % features], std::abs(weights[i]));
  }
  std::vector<float> factors(features, 1.0f);
  for (std::size_t k = 0; k < features; ++k) {
    // Before gain and bias, a feature is seldom beyond three times its deviation, which is 1.
    const float size = 3 * std::abs(norm.gain[k]) + std::abs(norm.bias[k]);
    if (size > 0 && largest[k] > 0) factors[k] = std::sqrt(size / largest[k]);
    norm.gain[k] /= factors[k];
    norm.bias[k] /= factors[k];
  }
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] *= factors[i % features];
}

}  // namespace longclip::engine::native
