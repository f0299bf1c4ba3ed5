#include "evaluation/bootstrap.h"

#include <algorithm>
#include <cmath>

#include "runtime/random.h"

namespace longclip::evaluation {
namespace {

// As NumPy's percentile(): between two neighbours it lies on the straight line.
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

}  // namespace

Tally::Tally(std::size_t columns, std::size_t units) : chances_(columns), cells_(units * columns) {}

std::size_t Tally::add_unit() {
  cells_.resize(cells_.size() + columns());
  return units() - 1;
}

void Tally::add(std::size_t unit, std::size_t column, double hit, double chance) {
  cells_[unit * columns() + column] += {hit, 1};
  chances_[column] += chance;
}

std::vector<Tally::Cell> Tally::sample(std::uint64_t seed) const {
  runtime::Random random(seed);
  std::vector<Cell> sums(columns());
  const std::size_t count = units();
  for (std::size_t draw = 0; draw < count; ++draw) {
    const Cell* unit = cells_.data() + random.below(count) * columns();
    for (std::size_t column = 0; column < sums.size(); ++column) sums[column] += unit[column];
  }
  return sums;
}

std::vector<Score> Tally::scores(std::size_t resamples, std::uint64_t seed) const {
  std::vector<std::vector<double>> shares(columns());
  for (std::size_t resample = 0; resample < resamples; ++resample) {
    const auto sums = sample(runtime::random_word(seed, resample));
    for (std::size_t column = 0; column < columns(); ++column) {
      // By chance a sample may hold no query of a column that has few.
      if (sums[column].queries > 0) shares[column].push_back(sums[column].hits / sums[column].queries);
    }
  }

  std::vector<Score> scores(columns());
  for (std::size_t column = 0; column < columns(); ++column) {
    Cell all;
    for (std::size_t unit = 0; unit < units(); ++unit) all += cells_[unit * columns() + column];
    if (all.queries == 0) continue;
    Score& score = scores[column];
    score.value = score.low = score.high = all.hits / all.queries;
    score.chance = chances_[column] / all.queries;
    auto& sampled = shares[column];
    if (sampled.empty()) continue;
    std::sort(sampled.begin(), sampled.end());
    score.low = quantile(sampled, 0.025);
    score.high = quantile(sampled, 0.975);
  }
  return scores;
}

}  // namespace longclip::evaluation
