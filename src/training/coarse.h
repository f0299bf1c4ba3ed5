#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace longclip::training {

// Coarse image features of a batch (Long-CLIP, section 3.2; model_longclip.py, PCA): the batch's
// mean, plus each row's projection on the `components` leading principal axes of the batch. Rows
// are not normalised again. features float[B, E] -> float[B, E], differentiable.
//
// A batch of at most components + 1 rows, and features of at most `components` values, stay as
// they are. The gradient is that of the projection itself: unlike the one through the singular
// vectors it needs no gap between singular values that are on the same side of the cut.
at::Tensor coarse_features(const at::Tensor& features, std::int64_t components);

}  // namespace longclip::training
