#pragma once

#include <map>
#include <string>
#include <vector>

#include <longclip/convert.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/tensor.h"

namespace longclip::checkpoint {

// The weights of a CLIP, under OpenAI's names, whatever the file called them: transposed
// projections turned back, q, k and v stacked, GmP folded, the two position tables of Long-CLIP
// merged into `positional_embedding`. Shapes are those of tower/architecture.h.
struct ClipWeights {
  Architecture architecture;             // context_length: rows of the position table as read
  std::map<std::string, Tensor> vision;  // "visual." names; empty: no vision tower
  std::map<std::string, Tensor> text;    // empty: no text tower
  float logit_scale = 0;                 // natural logarithm
  std::string positions;                 // "248, merged from two tables", "77", ...
  std::string precision;                 // of the file's tensors: "fp32", "fp16 and fp32", ...
  std::vector<std::string> extra;        // tensors that nothing uses, sorted
};

// Throws UnsupportedModel for another architecture, by name where it can be told, and
// InvalidFile with the list of all missing and misshapen tensors.
ClipWeights clip_weights(const Checkpoint& checkpoint);

}  // namespace longclip::checkpoint
