#pragma once

#include <filesystem>
#include <string>

#include <longclip/convert.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/clip_weights.h"

namespace longclip::package {

// The name of a package or run without one of its own: that of its folder.
std::string name_of(const std::filesystem::path& folder);

// convert() of a checkpoint that has been read, whose weights are `weights`. Throws as convert().
ConversionReport make_package(const checkpoint::Checkpoint& checkpoint, checkpoint::ClipWeights weights,
                              const std::filesystem::path& destination, const ConvertOptions& options);

}  // namespace longclip::package
