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
    bring_together();
    epoch_ = epoch;
  }
  const auto first = permutation_.begin() + static_cast<std::ptrdiff_t>(step % steps_per_epoch() * batch_);
  return {epoch, {first, first + static_cast<std::ptrdiff_t>(batch_)}};
}

// Each example that has not come yet brings the next ones of its kind along.
void Order::bring_together() {
  if (likeness_.kinds.empty()) return;
  struct Kind {
    std::vector<std::size_t> members;
    std::size_t seen = 0;
    std::size_t placed = 0;
  };
  std::unordered_map<std::size_t, Kind> kinds;
  for (const std::size_t example : permutation_) kinds[likeness_.kinds[example]].members.push_back(example);
  std::vector<std::size_t> result;
  result.reserve(permutation_.size());
  for (const std::size_t example : permutation_) {
    Kind& kind = kinds[likeness_.kinds[example]];
    if (kind.seen++ < kind.placed) continue;
    const std::size_t end = std::min(kind.placed + likeness_.together, kind.members.size());
    while (kind.placed < end) result.push_back(kind.members[kind.placed++]);
  }
  permutation_ = std::move(result);
}

}  // namespace longclip::training
