#include "evaluation/standing.h"

namespace longclip::evaluation {

double hit_probability(const Standing& standing, std::size_t k) {
  if (standing.right == 0 || standing.ahead >= k) return 0;
  const std::size_t places = k - standing.ahead;
  const std::size_t wrong = standing.level - standing.right_level;
  if (places > wrong) return 1;
  // Place by place: it is the first to have a right one if all before it have wrong ones.
  double hit = 0;
  double miss = 1;
  for (std::size_t i = 0; i < places; ++i) {
    const auto left = static_cast<double>(standing.level - i);
    hit += miss * standing.right_level / left;
    miss *= static_cast<double>(wrong - i) / left;
  }
  return hit;
}

double chance_of_hit(std::uint32_t right, std::uint32_t items, std::size_t k) {
  return hit_probability({.ahead = 0, .level = items, .right_level = right, .right = right}, k);
}

}  // namespace longclip::evaluation
