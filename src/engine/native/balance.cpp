#include "engine/native/balance.h"

#include <algorithm>
#include <cmath>

namespace longclip::engine::native {

std::vector<float> balance(Norm& norm, std::span<const float> weights) {
  const std::size_t features = norm.gain.size();
  std::vector<float> largest(features);
  for (std::size_t first = 0; first < weights.size(); first += features) {
    for (std::size_t k = 0; k < features; ++k) largest[k] = std::max(largest[k], std::abs(weights[first + k]));
  }
  std::vector<float> factors(features, 1.0f);
  for (std::size_t k = 0; k < features; ++k) {
    // Before gain and bias, a feature is seldom beyond three times its deviation, which is 1.
    const float size = 3 * std::abs(norm.gain[k]) + std::abs(norm.bias[k]);
    // Bounded, so that a feature which hardly counts does not end at infinity.
    if (size > 0 && largest[k] > 0) factors[k] = std::clamp(std::sqrt(size / largest[k]), 1e-6f, 1e6f);
    norm.gain[k] /= factors[k];
    norm.bias[k] /= factors[k];
  }
  return factors;
}

}  // namespace longclip::engine::native
