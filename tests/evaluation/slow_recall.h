#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <longclip/matrix.h>

#include "matrix/random_matrix.h"

// Recall by its definition: every order of equal scores is written down (of more than 16, counted).
namespace longclip::testing {

inline double slow_score(const Matrix& a, std::size_t i, const Matrix& b, std::size_t j) {
  const double cosine = exact_cosine(a.row(i), b.row(j));
  return std::isnan(cosine) ? -std::numeric_limits<double>::infinity() : cosine;
}

inline double binomial(std::size_t n, std::size_t k) {
  const auto factorial = [](std::size_t i) { return std::lgamma(static_cast<double>(i) + 1); };
  return k > n ? 0 : std::exp(factorial(n) - factorial(k) - factorial(n - k));
}

// The probability that a right one is among the first k, `right` telling which items are.
inline double slow_hit(const std::vector<double>& scores, const std::vector<bool>& right, std::size_t k) {
  std::vector<std::size_t> order(scores.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return scores[i] > scores[j]; });
  for (std::size_t begin = 0; begin < order.size() && begin < k;) {
    std::size_t end = begin;
    std::vector<bool> equal;
    while (end < order.size() && scores[order[end]] == scores[order[begin]]) equal.push_back(right[order[end++]]);
    std::sort(equal.begin(), equal.end());
    if (equal.back()) {
      const auto places = static_cast<std::ptrdiff_t>(std::min(k - begin, equal.size()));
      if (equal.size() > 16) {
        const auto wrong = static_cast<std::size_t>(std::count(equal.begin(), equal.end(), false));
        const auto drawn = static_cast<std::size_t>(places);
        return 1 - binomial(wrong, drawn) / binomial(equal.size(), drawn);
      }
      double hits = 0;
      double arrangements = 0;
      do {
        ++arrangements;
        hits += std::find(equal.begin(), equal.begin() + places, true) != equal.begin() + places ? 1 : 0;
      } while (std::next_permutation(equal.begin(), equal.end()));
      return hits / arrangements;
    }
    begin = end;
  }
  return 0;
}

// Random features of which several rows are the same, so that scores are equal.
inline Matrix repetitive_matrix(std::size_t rows, std::size_t cols, std::size_t different, std::uint32_t seed) {
  const Matrix choice = random_matrix(different, cols, seed);
  std::mt19937 generator(seed + 1);
  Matrix result(rows, cols);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto row = choice.row(generator() % different);
    std::copy(row.begin(), row.end(), result.row(i).begin());
  }
  return result;
}

}  // namespace longclip::testing
