#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace longclip::scenes {

// Which ninth of the picture something lies in: 0 the top left, 1 the top, ... 8 the bottom right.
using Cell = int;
inline constexpr std::array<Cell, 9> all_cells{0, 1, 2, 3, 4, 5, 6, 7, 8};

// Height of a thing that lies in a ring.
inline constexpr double ringed_size = 0.165;

enum class Pose { upright, upside_down, leaning_left, leaning_right };

// Something in a scene, once or several times side by side. Lengths are shares of the picture's side.
struct Item {
  std::size_t thing = 0;  // index into things()
  int count = 1;
  double x = 0.5;  // of the middle of all of it
  double y = 0.5;
  double size = 0.25;  // height of one
  Pose pose = Pose::upright;
  bool mirrored = false;
  int ring = -1;          // colour of a hoop around it, index into ring_colours(); -1: none
  bool in_front = false;  // it stands before the main thing and hides a part of it

  double width() const { return size * (1 + 0.85 * (count - 1)); }
};

struct Scene {
  std::size_t setting = 0;  // index into settings()
  bool extra = false;       // what may or may not be in a setting: clouds, flowers, ...
  std::uint64_t seed = 0;   // of the setting's drawing
  std::vector<Item> items;  // the first is the main thing; later ones are drawn over earlier ones
};

Cell cell_of(const Item& item);

}  // namespace longclip::scenes
