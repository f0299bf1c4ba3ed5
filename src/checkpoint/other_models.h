#pragma once

#include "checkpoint/checkpoint.h"

namespace longclip::checkpoint {

// Throws UnsupportedModel, with its name, if the tensors are those of a model that is known and
// not a CLIP with two plain transformers.
void refuse_other_models(const Checkpoint& checkpoint);

}  // namespace longclip::checkpoint
