#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <longclip/similarity.h>

#include "matrix/cosines.h"

namespace longclip {
namespace {

// The order of matches: by score, NaN after all numbers; equal scores by index.
bool better(const Match& a, const Match& b) {
  if (std::isnan(a.score) || std::isnan(b.score)) {
    if (std::isnan(a.score) != std::isnan(b.score)) return std::isnan(b.score);
    return a.index < b.index;
  }
  if (a.score != b.score) return a.score > b.score;
  return a.index < b.index;
}

// Puts `match` among the best k, which are kept as a heap with the worst on top.
void offer(std::vector<Match>& best, std::size_t k, const Match& match) {
  if (best.size() < k) {
    best.push_back(match);
    std::push_heap(best.begin(), best.end(), better);
  } else if (better(match, best.front())) {
    std::pop_heap(best.begin(), best.end(), better);
    best.back() = match;
    std::push_heap(best.begin(), best.end(), better);
  }
}

}  // namespace

std::vector<std::vector<Match>> top_k(const Matrix& queries, const Matrix& items, std::size_t k) {
  std::vector<std::vector<Match>> best(queries.rows());
  matrix::for_each_cosine(queries, items, [&](std::size_t i, std::size_t j, std::span<const float> cosines) {
    if (k == 0) return;
    for (std::size_t c = 0; c < cosines.size(); ++c) offer(best[i], k, {j + c, cosines[c]});
  });
  for (auto& matches : best) std::sort_heap(matches.begin(), matches.end(), better);
  return best;
}

}  // namespace longclip
