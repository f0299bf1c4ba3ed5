#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <vector>

#include <longclip/error.h>
#include <longclip/image.h>

#include "engine/engine.h"
#include "runtime/team.h"

namespace longclip::model {

// What pictures become on their way through a vision tower, and with what.
struct PictureOptions {
  int size = 0;  // pixels of a side
  std::array<float, 3> mean{};
  std::array<float, 3> std{};
  std::size_t width = 0;         // of a feature
  std::size_t at_once = 1;       // pictures in the tower
  std::size_t each_at_once = 1;  // the same where every thread runs the tower by itself
  bool side_by_side = false;     // whether the tower may be run by every thread by itself
  bool ahead = false;        // whether the next pictures are decoded while the tower runs: it has a device of its own
  bool all_or_none = false;  // from the first error on, pictures are looked at for errors only
};

// A piece of a list of pictures.
struct EncodedPictures {
  std::vector<float> features;       // a row for each picture that could be read
  std::vector<std::size_t> indices;  // which they are
  std::vector<InputError> errors;    // the others
};

// Opens, decodes, resizes and encodes pictures 0 ... count - 1. `take` has piece after piece, in order, on the calling
// thread. open(i) is called on any thread, several at once; what it throws of Error's family is an error of that
// picture, anything else ends the call. Memory is bounded, whatever the count.
void encode_pictures(const engine::VisionEncoder& vision, const PictureOptions& options, runtime::Team& team,
                     std::size_t count, const std::function<Image(std::size_t)>& open,
                     const std::function<void(EncodedPictures&)>& take);

}  // namespace longclip::model
