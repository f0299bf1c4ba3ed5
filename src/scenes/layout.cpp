#include "scenes/layout.h"

#include <algorithm>
#include <cmath>

#include "scenes/settings.h"

namespace longclip::scenes {
namespace {

constexpr double kAir = 0.015;
constexpr double kEdge = 0.015;
constexpr double kLine = 0.03;  // from a line between ninths

// Half the room that an item takes: what leans takes more, and so does what lies in a hoop.
struct Half {
  double width, height;
};
Half half_of(const Item& item) {
  const bool leans = item.pose == Pose::leaning_left || item.pose == Pose::leaning_right;
  constexpr double kTurned = 0.71;  // of a square's side, turned by 40 degrees
  if (item.ring >= 0) return {0.66 * item.width() + 0.025, 0.66 * item.width() + 0.025};
  if (leans) return {kTurned * item.size, kTurned * item.size};
  return {item.width() / 2, item.size / 2};
}

}  // namespace

bool overlap(const Item& a, const Item& b) {
  const Half x = half_of(a);
  const Half y = half_of(b);
  return std::abs(a.x - b.x) < x.width + y.width + kAir && std::abs(a.y - b.y) < x.height + y.height + kAir;
}

Layout::Layout(runtime::Random& random, std::size_t setting) : random_(random) {
  const Spot& spot = settings()[setting].spot;
  spot_.x = spot.x;
  spot_.y = spot.y;
  spot_.size = 2 * spot.radius;
}

bool Layout::shows_spot(const Item& item) const { return spot_.size == 0 || !overlap(item, spot_); }

bool Layout::is_free(const Item& item, const std::vector<Item>& others) const {
  return shows_spot(item) &&
         std::none_of(others.begin(), others.end(), [&](const Item& other) { return overlap(item, other); });
}

bool Layout::place_in(Item& item, Cell cell, const std::vector<Item>& others) const {
  const Half half = half_of(item);
  const auto range = [](int third, double half_length) {
    const double low = std::max(third / 3.0 + kLine, half_length + kEdge);
    const double high = std::min((third + 1) / 3.0 - kLine, 1 - half_length - kEdge);
    return std::pair(low, high);
  };
  const auto [left, right] = range(cell % 3, half.width);
  const auto [top, bottom] = range(cell / 3, half.height);
  if (left > right || top > bottom) return false;
  for (int attempt = 0; attempt < 12; ++attempt) {
    item.x = random_.between(left, right);
    item.y = random_.between(top, bottom);
    if (is_free(item, others)) return true;
  }
  return false;
}

bool Layout::place(Item& item, const std::vector<Item>& others) const {
  auto cells = all_cells;
  random_.shuffle(cells);
  return std::any_of(cells.begin(), cells.end(), [&](Cell cell) { return place_in(item, cell, others); });
}

}  // namespace longclip::scenes
