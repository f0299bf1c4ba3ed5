#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <longclip/convert.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/clip_weights.h"

namespace longclip::package {

// Everything about a checkpoint that has been read but its hash.
Inspection describe(const checkpoint::Checkpoint& checkpoint, const checkpoint::ClipWeights& weights);

// That hash: of the bytes that were read, those of shards one behind the other in the order of their names.
std::string sha256_of(const checkpoint::Checkpoint& checkpoint);

// Of all files in a folder.
std::uint64_t bytes_of_folder(const std::filesystem::path& folder);

}  // namespace longclip::package
