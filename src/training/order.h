#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace longclip::training {

// Which examples a step takes. Each epoch goes through all of them in an order of its own; what does
// not fill a batch at its end is left out of that epoch.
class Order {
 public:
  Order(std::size_t examples, std::size_t batch, std::uint64_t seed);

  struct Step {
    std::uint64_t epoch = 0;
    std::vector<std::size_t> examples;  // `batch` of them
  };
  // Of a step counted from 0: the same whichever steps were asked for before.
  Step at(std::uint64_t step);

  std::size_t steps_per_epoch() const { return examples_ / batch_; }

 private:
  std::size_t examples_;
  std::size_t batch_;
  std::uint64_t seed_;
  std::uint64_t epoch_ = UINT64_MAX;  // of permutation_
  std::vector<std::size_t> permutation_;
};

}  // namespace longclip::training
