#pragma once

#include <span>
#include <vector>

#include "engine/native/rows.h"

namespace longclip::engine::native {

// Moves what makes a LayerNorm's output hard to keep in 8 bits, features that are far larger than others, into the
// linear layer that reads it: divides each feature by a factor, and returns the factors, which the weights are to be
// multiplied by. What both compute together stays the same. `weights` is columns x features, row-major.
//
// After SmoothQuant (Xiao et al., ICML 2023, section 4), with a feature's size taken from the gain and bias that it
// gets, so that no pictures or texts are needed for it.
std::vector<float> balance(Norm& norm, std::span<const float> weights);

}  // namespace longclip::engine::native
