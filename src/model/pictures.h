#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <longclip/error.h>
#include <longclip/image.h>

namespace longclip::model {

// Pictures as the vision tower takes them, before normalising: size x size x 3 bytes each.
struct Pictures {
  std::vector<std::vector<std::uint8_t>> pixels;  // of those that could be read, in order
  std::vector<InputError> errors;                 // the others, by rising index
};

// Decodes and resizes on `threads` threads. Indices in `errors` count from `first_index`.
Pictures preprocess(std::span<const Image> images, int size, int threads, std::size_t first_index);

}  // namespace longclip::model
