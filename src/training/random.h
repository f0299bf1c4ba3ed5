#pragma once

#include <cstdint>

namespace longclip::training {

// Random numbers as a function of a few words (the finaliser of splitmix64 over each): no state to
// carry through a run that may stop and go on.
constexpr std::uint64_t mix(std::uint64_t word) {
  word += 0x9e3779b97f4a7c15u;
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
  return word ^ (word >> 31);
}

template <class... Words>
constexpr std::uint64_t random_word(std::uint64_t seed, Words... words) {
  std::uint64_t state = mix(seed);
  ((state = mix(state ^ static_cast<std::uint64_t>(words))), ...);
  return state;
}

// From 0 to below `bound`, which is below 2^32.
constexpr std::uint64_t below(std::uint64_t word, std::uint64_t bound) { return ((word >> 32) * bound) >> 32; }

}  // namespace longclip::training
