#include "training/order.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "runtime/random.h"

namespace longclip::training {

Order::Order(std::size_t examples, std::size_t batch, std::uint64_t seed, Likeness likeness)
    : examples_(examples), batch_(batch), seed_(seed), likeness_(std::move(likeness)) {}

Order::Step Order::at(std::uint64_t step) {
  const std::uint64_t epoch = step / steps_per_epoch();
  if (epoch != epoch_) {
    permutation_.resize(examples_);
    std::iota(permutation_.begin(), permutation_.end(), std::size_t{0});
    for (std::size_t i = examples_; i > 1; --i) {
      std::swap(permutation_[i - 1], permutation_[runtime::below(runtime::random_word(seed_, epoch, i), i)]);
    }
    epoch_ = epoch;
    bring_together();
  }
  const auto first = permutation_.begin() + static_cast<std::ptrdiff_t>(step % steps_per_epoch() * batch_);
  std::vector<std::size_t> examples(first, first + static_cast<std::ptrdiff_t>(batch_));
  std::vector<bool> alone = alone_among(examples);
  return {epoch, std::move(examples), std::move(alone)};
}

std::vector<bool> Order::alone_among(const std::vector<std::size_t>& examples) const {
  std::vector<bool> alone(examples.size(), true);
  if (likeness_.kinds.empty()) return alone;
  std::unordered_map<std::size_t, std::size_t> of_kind;
  for (const std::size_t example : examples) ++of_kind[likeness_.kinds[example]];
  for (std::size_t i = 0; i < examples.size(); ++i) alone[i] = of_kind[likeness_.kinds[examples[i]]] == 1;
  return alone;
}

// Each example that has not come yet brings the next ones of its kind along, or comes alone.
void Order::bring_together() {
  if (likeness_.kinds.empty()) return;
  // One that brings others fills `together` places, one alone fills one.
  const double alone = static_cast<double>(likeness_.together) * (1 - likeness_.share);
  const double brings = likeness_.share / (likeness_.share + alone);
  struct Kind {
    std::vector<std::size_t> members;
    std::size_t seen = 0;
    std::size_t placed = 0;
  };
  runtime::Random random(runtime::random_word(seed_, epoch_, 'b'));
  std::unordered_map<std::size_t, Kind> kinds;
  for (const std::size_t example : permutation_) kinds[likeness_.kinds[example]].members.push_back(example);
  std::vector<std::size_t> result;
  result.reserve(permutation_.size());
  for (const std::size_t example : permutation_) {
    Kind& kind = kinds[likeness_.kinds[example]];
    if (kind.seen++ < kind.placed) continue;
    const std::size_t wanted = random.chance(brings) ? likeness_.together : 1;
    const std::size_t end = std::min(kind.placed + wanted, kind.members.size());
    while (kind.placed < end) result.push_back(kind.members[kind.placed++]);
  }
  permutation_ = std::move(result);
}

}  // namespace longclip::training
