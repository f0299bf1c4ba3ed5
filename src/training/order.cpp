#include "training/order.h"

#include <numeric>
#include <utility>

#include "runtime/random.h"

namespace longclip::training {

Order::Order(std::size_t examples, std::size_t batch, std::uint64_t seed)
    : examples_(examples), batch_(batch), seed_(seed) {}

Order::Step Order::at(std::uint64_t step) {
  const std::uint64_t epoch = step / steps_per_epoch();
  if (epoch != epoch_) {
    permutation_.resize(examples_);
    std::iota(permutation_.begin(), permutation_.end(), std::size_t{0});
    for (std::size_t i = examples_; i > 1; --i) {
      std::swap(permutation_[i - 1], permutation_[runtime::below(runtime::random_word(seed_, epoch, i), i)]);
    }
    epoch_ = epoch;
  }
  const auto first = permutation_.begin() + static_cast<std::ptrdiff_t>(step % steps_per_epoch() * batch_);
  return {epoch, {first, first + static_cast<std::ptrdiff_t>(batch_)}};
}

}  // namespace longclip::training
