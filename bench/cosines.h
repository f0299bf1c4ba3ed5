#pragma once

#include <algorithm>
#include <cstddef>

#include <longclip/matrix.h>

// Of the corresponding rows of two matrices.
struct Cosines {
  double mean;
  double smallest;
};

inline Cosines cosines(const longclip::Matrix& a, const longclip::Matrix& b) {
  const longclip::Matrix x = a.normalized();
  const longclip::Matrix y = b.normalized();
  Cosines cosines{0, 1};
  for (std::size_t i = 0; i < x.rows(); ++i) {
    double cosine = 0;
    for (std::size_t j = 0; j < x.cols(); ++j) cosine += static_cast<double>(x(i, j)) * y(i, j);
    cosines.mean += cosine / static_cast<double>(x.rows());
    cosines.smallest = std::min(cosines.smallest, cosine);
  }
  return cosines;
}
