#pragma once

#include <cstddef>
#include <vector>

#include "runtime/random.h"
#include "scenes/scene.h"

namespace longclip::scenes {

// Finds places: things keep clear of each other and of the setting's moon or sun, and their middles
// keep clear of the lines between the ninths of the picture, so that "in the top left corner" is never
// in doubt.
class Layout {
 public:
  // `setting` is an index into settings().
  Layout(runtime::Random& random, std::size_t setting);

  // Gives `item` a place that is free of the others. False if there is none.
  bool place(Item& item, const std::vector<Item>& others) const;

  // The same in a given cell.
  bool place_in(Item& item, Cell cell, const std::vector<Item>& others) const;

  // True unless the item hides something of the setting's moon or sun.
  bool shows_spot(const Item& item) const;

 private:
  bool is_free(const Item& item, const std::vector<Item>& others) const;

  runtime::Random& random_;
  Item spot_;  // as if it were a thing; of size 0 where there is none
};

// True if the boxes of the two overlap, with a little air between them.
bool overlap(const Item& a, const Item& b);

}  // namespace longclip::scenes
