#include "training/order.h"

#include <algorithm>
#include <numeric>
#include <span>
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

// Cuts each kind into pieces of so many, leaves a share of these whole, and shuffles: an epoch's end has
// as many together as its beginning.
void Order::bring_together() {
  if (likeness_.kinds.empty() || likeness_.together <= 1) return;
  std::unordered_map<std::size_t, std::size_t> place;  // of a kind among the members
  std::vector<std::vector<std::size_t>> members;
  for (const std::size_t example : permutation_) {
    const auto [kind, is_new] = place.try_emplace(likeness_.kinds[example], members.size());
    if (is_new) members.emplace_back();
    members[kind->second].push_back(example);
  }
  if (members.size() == permutation_.size()) return;  // none is like another
  runtime::Random random(runtime::random_word(seed_, epoch_, 'b'));
  std::vector<std::span<const std::size_t>> pieces;
  for (std::vector<std::size_t>& kind : members) {
    if (!likeness_.nearer.empty()) {
      const auto by_chance = [&](std::size_t example) {
        return runtime::random_word(seed_, epoch_, likeness_.nearer[example], 'n');
      };
      std::stable_sort(kind.begin(), kind.end(),
                       [&](std::size_t a, std::size_t b) { return by_chance(a) < by_chance(b); });
    }
    for (std::size_t begin = 0; begin < kind.size(); begin += likeness_.together) {
      const auto piece = std::span(kind).subspan(begin, std::min(likeness_.together, kind.size() - begin));
      if (random.chance(likeness_.share)) {
        pieces.push_back(piece);
      } else {
        for (std::size_t i = 0; i < piece.size(); ++i) pieces.push_back(piece.subspan(i, 1));
      }
    }
  }
  random.shuffle(pieces);
  permutation_.clear();
  for (const auto& piece : pieces) permutation_.insert(permutation_.end(), piece.begin(), piece.end());
}

}  // namespace longclip::training
