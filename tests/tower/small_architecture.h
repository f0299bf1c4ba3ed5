#pragma once

#include <string>

#include <longclip/convert.h>

namespace longclip::tower {

// A shape with several heads, which the golden model (one head) has not.
inline Architecture small(const std::string& activation) {
  Architecture architecture;
  architecture.embedding_size = 24;
  architecture.image_size = 32;
  architecture.patch_size = 8;
  architecture.vision = {48, 2, 3, 192};
  architecture.vocabulary_size = 100;
  architecture.context_length = 12;
  architecture.text = {32, 3, 4, 96};
  architecture.activation = activation;
  return architecture;
}

}  // namespace longclip::tower
