#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include <longclip/convert.h>

#include "tower/forward.h"
#include "training/adamw.h"

namespace longclip::training {

// The weights of both towers while they are trained: leaves of autograd's graph.
//
// With frozen positions there are two tables, as in Long-CLIP: `positional_embedding`, whose first
// rows are used and stay, and `positional_embedding_res`, whose other rows are used and trained.
class Parameters {
 public:
  // `values`: every parameter of both towers by name, and "logit_scale", in float32. Throws InvalidInput
  // where there are no more positions than those that are to be frozen.
  Parameters(Architecture architecture, std::map<std::string, at::Tensor> values, bool freeze_first_positions,
             const at::Device& device);

  const Architecture& architecture() const { return architecture_; }

  // What the towers' forward functions take: with the positions as they are used. Made anew for every
  // graph.
  tower::Weights weights() const;

  at::Tensor logit_scale() const { return values_.at("logit_scale"); }
  // Keeps exp(logit_scale) at 100 or less (CLIP, section 2.5).
  void clamp_logit_scale();

  // What the optimiser moves; with `decay_vectors` all of it decays, else matrices and tables only.
  std::vector<AdamW::Parameter> trained(bool decay_vectors) const;

  // All tensors by the names that the reference's state dict has.
  const std::map<std::string, at::Tensor>& state_dict() const { return values_; }

 private:
  Architecture architecture_;
  std::map<std::string, at::Tensor> values_;
  std::int64_t frozen_positions_;  // 0: one table, all of which is trained
};

// Random weights by CLIP's rules (clip/model.py, initialize_parameters) for both towers alike: the patch
// embedding with a deviation of 1 / sqrt(values of a patch), biases 0. The logit scale is ln(1 / 0.07).
// Only the patches' positions do not begin at random, but as sines of their column and row.
std::map<std::string, at::Tensor> initial_values(const Architecture& architecture, std::uint64_t seed);

}  // namespace longclip::training
