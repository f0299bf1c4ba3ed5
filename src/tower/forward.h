#pragma once

#include <map>
#include <string>

#include <ATen/core/Tensor.h>

#include "tower/architecture.h"

namespace longclip::tower {

// The towers as plain LibTorch calls, which autograd can follow: what tower/torchscript.h writes
// as source, with only the rows computed that a feature depends on. `weights` has the names of
// tower/architecture.h; under autocast the matrix products run in its type and the residual stream
// stays in float32.

using Weights = std::map<std::string, at::Tensor, std::less<>>;

// pixels float[B, 3, S, S], normalised -> float[B, E]
at::Tensor vision_forward(const Architecture& architecture, const Weights& weights, const at::Tensor& pixels);

// ids int64[B, T], T <= context; ends int64[B]: the position of each row's end token -> float[B, E]
at::Tensor text_forward(const Architecture& architecture, const Weights& weights, const at::Tensor& ids,
                        const at::Tensor& ends);

}  // namespace longclip::tower
