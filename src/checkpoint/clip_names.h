#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "checkpoint/tensor.h"

namespace longclip::checkpoint {

// Of Long-CLIP's two position tables, the rows that are taken from the first one; the others are from the
// second. No file says it: it is 20 in all of them (model_longclip.py).
inline constexpr std::int64_t kFirstTableRows = 20;

struct NamedTensors {
  std::map<std::string, Tensor> tensors;
  bool merged_positions = false;      // of two tables
  std::vector<std::string> problems;  // tensors that do not fit each other, one line each
};

// A checkpoint's tensors under OpenAI's names: from Hugging Face's (projections turned, q, k and v
// stacked), from open_clip's custom text towers, from the geometric parametrisation (folded), with
// Long-CLIP's two position tables merged. What is not known keeps its name; what is known to be no
// weight is left out.
NamedTensors clip_names(const std::map<std::string, Tensor>& tensors);

}  // namespace longclip::checkpoint
