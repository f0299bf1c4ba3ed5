#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace longclip::training {

// Examples that look alike, and how many of them come one after the other.
struct Likeness {
  std::vector<std::size_t> kinds;   // of each example; equal numbers are alike. Empty: none are
  std::vector<std::size_t> nearer;  // of each example; among alike ones, equal numbers come together first
  std::size_t together = 1;         // at most so many, as far as there are so many
  double share = 1;                 // of the examples that come so; the others come by chance
};

// Which examples a step takes. Each epoch goes through all of them in an order of its own; what does
// not fill a batch at its end is left out of that epoch.
class Order {
 public:
  Order(std::size_t examples, std::size_t batch, std::uint64_t seed, Likeness likeness = {});

  struct Step {
    std::uint64_t epoch = 0;
    std::vector<std::size_t> examples;  // `batch` of them
    std::vector<bool> alone;            // of each, whether no other in the batch is like it
  };
  // Of a step counted from 0: the same whichever steps were asked for before.
  Step at(std::uint64_t step);

  std::size_t steps_per_epoch() const { return examples_ / batch_; }

 private:
  void bring_together();
  std::vector<bool> alone_among(const std::vector<std::size_t>& examples) const;

  std::size_t examples_;
  std::size_t batch_;
  std::uint64_t seed_;
  Likeness likeness_;
  std::uint64_t epoch_ = UINT64_MAX;  // of permutation_
  std::vector<std::size_t> permutation_;
};

}  // namespace longclip::training
