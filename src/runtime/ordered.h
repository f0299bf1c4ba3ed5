#pragma once

#include <cstddef>
#include <functional>

#include "runtime/team.h"

namespace longclip::runtime {

struct OrderedOptions {
  std::size_t slots = 4;    // pieces that have begun and are not taken: bounds memory
  std::size_t largest = 8;  // indices in a piece
};

// Goes through 0 ... count - 1 in pieces. work(slot, begin, end) does begin ... end - 1 on any of as many threads as
// the team has, the caller's among them; take(slot) then is called on the caller's, for one piece after the other in
// their order. Until that, no other piece has the slot, a number below options.slots, so that what work() makes may be
// left there for take(). A thread that works has a place of the team's, and is alone: what it gives to a team it does
// itself.
//
// What work() throws is thrown here when its piece's turn comes, what take() throws at once; either way no further
// piece begins, and those that have are waited for. With one thread it is a plain loop.
//
// Pieces begin with one index and grow while they take less than half a second, so that results flow and an
// interruption is soon heard. The last ones are small again, so that no thread is left with work that others wait for.
void ordered_for(std::size_t count, Team& team, const OrderedOptions& options,
                 const std::function<void(std::size_t slot, std::size_t begin, std::size_t end)>& work,
                 const std::function<void(std::size_t slot)>& take);

}  // namespace longclip::runtime
