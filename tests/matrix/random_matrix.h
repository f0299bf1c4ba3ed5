#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <span>

#include <longclip/matrix.h>

namespace longclip {

// Normally distributed values, the same ones for a seed.
inline Matrix random_matrix(std::size_t rows, std::size_t cols, std::uint32_t seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  Matrix matrix(rows, cols);
  for (std::size_t i = 0; i < rows; ++i) {
    for (float& value : matrix.row(i)) value = normal(generator);
  }
  return matrix;
}

// Cosine by its definition, in long double.
inline double exact_cosine(std::span<const float> a, std::span<const float> b) {
  long double product = 0;
  long double square_a = 0;
  long double square_b = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    product += static_cast<long double>(a[k]) * b[k];
    square_a += static_cast<long double>(a[k]) * a[k];
    square_b += static_cast<long double>(b[k]) * b[k];
  }
  if (square_a == 0 || square_b == 0) return 0;
  return static_cast<double>(product / std::sqrt(square_a) / std::sqrt(square_b));
}

}  // namespace longclip
