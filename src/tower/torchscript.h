#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <longclip/convert.h>

namespace longclip::tower {

// The towers as TorchScript source: methods to be defined on a module whose submodules and
// parameters carry the names of tower/architecture.h.
//
// Arithmetic follows the reference: LayerNorm in float32 whatever the matrices' type, QuickGELU
// as x * sigmoid(1.702 x), causal text attention without a padding mask.

// forward(pixels float[B, 3, S, S]) -> float[B, E]
std::string vision_source(const Architecture& architecture);

// forward(ids int64[B, T]) -> float[B, E]
// states(ids int64[B, T], layer int, final_norm bool) -> float[B, T, W]; layer as in
// StateOptions: 0 the embeddings, 1.. the output of that block, negative from the end
//
// The feature is that of the first `end_id` of a row. Without one, that of the first position of the
// row's highest id, as the reference has it, whose end token is its highest id.
std::string text_source(const Architecture& architecture, std::optional<std::int32_t> end_id = {});

}  // namespace longclip::tower
