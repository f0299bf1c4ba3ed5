#pragma once

#include <filesystem>

#include <longclip/convert.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/clip_weights.h"

namespace longclip::package {

// convert() of a checkpoint that has been read, whose weights are `weights`. Throws as convert().
ConversionReport make_package(const checkpoint::Checkpoint& checkpoint, checkpoint::ClipWeights weights,
                              const std::filesystem::path& destination, const ConvertOptions& options);

}  // namespace longclip::package
