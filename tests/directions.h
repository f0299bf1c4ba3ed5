#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <gtest/gtest.h>

#include <longclip/matrix.h>

// How far the rows of two matrices point into other directions.
namespace longclip::testing {

// Largest absolute difference of normalised rows.
inline double difference_of_directions(const Matrix& a, const Matrix& b) {
  EXPECT_EQ(a.rows(), b.rows());
  double largest = 0;
  for (std::size_t i = 0; i < a.rows(); ++i) {
    double square_of_a = 0;
    double square_of_b = 0;
    for (std::size_t j = 0; j < a.cols(); ++j) {
      square_of_a += static_cast<double>(a(i, j)) * a(i, j);
      square_of_b += static_cast<double>(b(i, j)) * b(i, j);
    }
    for (std::size_t j = 0; j < a.cols(); ++j) {
      largest = std::max(largest, std::abs(a(i, j) / std::sqrt(square_of_a) - b(i, j) / std::sqrt(square_of_b)));
    }
  }
  return largest;
}

inline double smallest_cosine(const Matrix& a, const Matrix& b) {
  EXPECT_EQ(a.rows(), b.rows());
  const Matrix one = a.normalized();
  const Matrix other = b.normalized();
  double smallest = 1;
  for (std::size_t i = 0; i < a.rows(); ++i) {
    double cosine = 0;
    for (std::size_t j = 0; j < a.cols(); ++j) cosine += static_cast<double>(one(i, j)) * other(i, j);
    smallest = std::min(smallest, cosine);
  }
  return smallest;
}

}  // namespace longclip::testing
