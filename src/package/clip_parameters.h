#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <longclip/convert.h>

#include "checkpoint/checkpoint.h"
#include "tower/architecture.h"

namespace longclip::package {

// A tower's file as plain data, where it carries these parameters by CLIP's names and in their shapes: then what it
// computes is known, and LibTorch is not needed for it. Beside them it may have what else a CLIP has that the tower
// does not compute with: the other tower, the logit scale, causal masks, whole numbers. Nothing for any other module,
// and why. Throws InvalidFile for a damaged file.
std::optional<checkpoint::Checkpoint> clip_parameters(const std::filesystem::path& file,
                                                      const Architecture& architecture,
                                                      const std::vector<tower::Parameter>& parameters,
                                                      std::string& why_not);

}  // namespace longclip::package
