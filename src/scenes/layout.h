#pragma once

#include <vector>

#include "runtime/random.h"
#include "scenes/scene.h"

namespace longclip::scenes {

// Finds places: things keep clear of each other, and their middles keep clear of the lines between
// the ninths of the picture, so that "in the top left corner" is never in doubt.
class Layout {
 public:
  explicit Layout(runtime::Random& random) : random_(random) {}

  // Gives `item` a place that is free of the others. False if there is none.
  bool place(Item& item, const std::vector<Item>& others) const;

  // The same in a given cell.
  bool place_in(Item& item, Cell cell, const std::vector<Item>& others) const;

 private:
  runtime::Random& random_;
};

// True if the boxes of the two overlap, with a little air between them.
bool overlap(const Item& a, const Item& b);

}  // namespace longclip::scenes
