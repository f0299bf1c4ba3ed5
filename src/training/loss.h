#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "training/processes.h"

namespace longclip::training {

// InfoNCE of images [B, E] and texts [B, E] whose rows belong together, both of Euclidean length 1
// (or coarse features of such): the mean of the cross entropies image -> text and text -> image of
// `scale` times their products. Own rows against the columns of all processes. With label smoothing s
// the target is 1 - s + s / n, the others' s / n.
at::Tensor contrastive_loss(const at::Tensor& images, const at::Tensor& texts, const at::Tensor& scale,
                            double label_smoothing, Processes& processes);

struct MatchingLoss {
  at::Tensor long_text;   // images with long texts
  at::Tensor short_text;  // coarse images with short texts
};

// Primary component matching (Long-CLIP, section 3.2; model_longclip.py, forward): features as the
// towers give them, [B, E]; the loss that is trained is the sum of the two. Coarse features are those
// of this process's own rows.
MatchingLoss component_matching_loss(const at::Tensor& images, const at::Tensor& long_texts,
                                     const at::Tensor& short_texts, const at::Tensor& scale, std::int64_t components,
                                     double label_smoothing, Processes& processes);

// Rows of Euclidean length 1.
at::Tensor unit_rows(const at::Tensor& features);

}  // namespace longclip::training
