#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <longclip/convert.h>

namespace longclip::tower {

// One parameter of a tower, under OpenAI's name: the one definition of names and shapes that
// readers check against, packages are written by, and engines and training build on.
struct Parameter {
  std::string name;
  std::vector<std::int64_t> shape;
  // Matrices, the token embedding among them, are stored in the package's precision; the rest
  // (LayerNorm, positions, class embedding) always stays float32.
  bool matrix = false;
};

// "visual.conv1.weight", ... Empty if the architecture has no vision tower (width 0).
std::vector<Parameter> vision_parameters(const Architecture& architecture);

// "token_embedding.weight", "positional_embedding" [context_length, width], ... Empty if the
// architecture has no text tower.
std::vector<Parameter> text_parameters(const Architecture& architecture);

std::uint64_t count_elements(const std::vector<Parameter>& parameters) noexcept;

}  // namespace longclip::tower
