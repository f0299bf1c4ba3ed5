#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace longclip::runtime {

// The finaliser of splitmix64.
constexpr std::uint64_t mix(std::uint64_t word) {
  word += 0x9e3779b97f4a7c15u;
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
  return word ^ (word >> 31);
}

// A random number as a function of a few words: no state to carry through work that may stop and go
// on, or that several threads share.
template <class... Words>
constexpr std::uint64_t random_word(std::uint64_t seed, Words... words) {
  std::uint64_t state = mix(seed);
  ((state = mix(state ^ static_cast<std::uint64_t>(words))), ...);
  return state;
}

// From 0 to below `bound`, which is below 2^32.
constexpr std::uint64_t below(std::uint64_t word, std::uint64_t bound) { return ((word >> 32) * bound) >> 32; }

// A sequence of random numbers (splitmix64) that is the same on every machine, which the standard
// library's distributions are not.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(mix(seed)) {}

  std::uint64_t next() { return mix(state_++ * 0x9e3779b97f4a7c15u); }
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(runtime::below(next(), bound)); }
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }  // in [0, 1)
  double between(double low, double high) { return low + (high - low) * uniform(); }
  bool chance(double probability) { return uniform() < probability; }

  template <class Container>
  const auto& pick(const Container& container) {
    return container[below(container.size())];
  }

  template <class Container>
  void shuffle(Container& container) {
    for (std::size_t i = container.size(); i > 1; --i) std::swap(container[i - 1], container[below(i)]);
  }

 private:
  std::uint64_t state_;
};

}  // namespace longclip::runtime
