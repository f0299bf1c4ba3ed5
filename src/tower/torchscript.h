#pragma once

#include <string>

#include <longclip/convert.h>

namespace longclip::tower {

// The towers as TorchScript source: methods to be defined on a module whose submodules and
// parameters carry the names of tower/architecture.h.
//
// Arithmetic follows the reference: LayerNorm in float32 whatever the matrices' type, QuickGELU
// as x * sigmoid(1.702 x), causal text attention without a padding mask, pooling at the first
// position of the row's highest id.

// forward(pixels float[B, 3, S, S]) -> float[B, E]
std::string vision_source(const Architecture& architecture);

// forward(ids int64[B, T]) -> float[B, E]
// states(ids int64[B, T], layer int, final_norm bool) -> float[B, T, W]; layer as in
// StateOptions: 0 the embeddings, 1.. the output of that block, negative from the end
std::string text_source(const Architecture& architecture);

}  // namespace longclip::tower
