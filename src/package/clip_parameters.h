#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "tower/architecture.h"

namespace longclip::package {

// A tower's file as plain data, where it carries exactly these parameters, by CLIP's names and in their shapes: then
// what it computes is known, and LibTorch is not needed for it. Nothing for any other module. Throws InvalidFile for
// a damaged file.
std::optional<checkpoint::Checkpoint> clip_parameters(const std::filesystem::path& file,
                                                      const std::vector<tower::Parameter>& parameters);

}  // namespace longclip::package
