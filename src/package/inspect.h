#pragma once

#include <longclip/convert.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/clip_weights.h"

namespace longclip::package {

// Everything about a checkpoint that has been read but its hash.
Inspection describe(const checkpoint::Checkpoint& checkpoint, const checkpoint::ClipWeights& weights);

}  // namespace longclip::package
