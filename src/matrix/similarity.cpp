#include <longclip/similarity.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>

#include <longclip/error.h>

#include "matrix/cosines.h"

namespace longclip {
namespace {

void softmax(std::span<const float> values, double scale, std::span<float> probabilities) {
  // The greatest exponent becomes 0, so that none overflows.
  double greatest = -std::numeric_limits<double>::infinity();
  for (const float value : values) greatest = std::max(greatest, scale * value);
  double sum = 0;
  for (const float value : values) sum += std::exp(scale * value - greatest);
  for (std::size_t j = 0; j < values.size(); ++j) {
    probabilities[j] = static_cast<float>(std::exp(scale * values[j] - greatest) / sum);
  }
}

}  // namespace

Matrix similarity(const Matrix& a, const Matrix& b) {
  Matrix cosines(a.rows(), b.rows());
  matrix::for_each_cosine(a, b, [&cosines](std::size_t i, std::size_t j, std::span<const float> stretch) {
    std::copy(stretch.begin(), stretch.end(), cosines.row(i).begin() + static_cast<std::ptrdiff_t>(j));
  });
  return cosines;
}

Matrix probabilities(const Matrix& similarity, float scale) {
  if (!std::isfinite(scale)) {
    throw InvalidInput("scale " + std::to_string(scale) + " is not a finite number: use the model's logit_scale");
  }
  Matrix result(similarity.rows(), similarity.cols());
  for (std::size_t i = 0; i < result.rows(); ++i) softmax(similarity.row(i), scale, result.row(i));
  return result;
}

}  // namespace longclip
