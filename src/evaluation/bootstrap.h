#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <longclip/evaluation.h>

namespace longclip::evaluation {

// Adds up shares of queries, several at once (recall@1, recall@5, ...: the columns), and says how
// sure they are. Queries belong to units, which are independent of each other and so resampled whole.
class Tally {
 public:
  explicit Tally(std::size_t columns, std::size_t units = 0);

  std::size_t units() const noexcept { return cells_.size() / columns(); }
  std::size_t add_unit();  // its index

  // A query of `unit` that is found with the probability `hit`, and with `chance` by random scores.
  void add(std::size_t unit, std::size_t column, double hit, double chance);

  // Of each column the share and its interval, by the percentile bootstrap: drawn with replacement, so
  // many units as there are give a share each time, and the middle 95 % of these are the interval.
  // The same seed gives the same one.
  std::vector<Score> scores(std::size_t resamples, std::uint64_t seed) const;

 private:
  struct Cell {
    double hits = 0;
    double queries = 0;
    Cell& operator+=(const Cell& other) {
      hits += other.hits;
      queries += other.queries;
      return *this;
    }
  };

  std::size_t columns() const noexcept { return chances_.size(); }
  std::vector<Cell> sample(std::uint64_t seed) const;

  std::vector<double> chances_;  // sum of each column
  std::vector<Cell> cells_;      // units x columns
};

}  // namespace longclip::evaluation
