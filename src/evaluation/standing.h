#pragma once

#include <cstddef>
#include <cstdint>

namespace longclip::evaluation {

// Where a query's best right item stands among all items: all that recall needs to know.
struct Standing {
  std::uint32_t ahead = 0;        // items with a higher score, all of them wrong
  std::uint32_t level = 0;        // items with the same score, it included
  std::uint32_t right_level = 0;  // right ones among these
  std::uint32_t right = 0;        // right items in all; 0: no query
};

// The probability that one of the right items is among the first k, where the order of the items
// that are level is random.
double hit_probability(const Standing& standing, std::size_t k);

// The same for random scores of `items` items.
double chance_of_hit(std::uint32_t right, std::uint32_t items, std::size_t k);

}  // namespace longclip::evaluation
