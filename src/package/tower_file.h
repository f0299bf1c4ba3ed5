#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <longclip/precision.h>

#include "checkpoint/tensor.h"
#include "tower/architecture.h"

namespace longclip::package {

// Writes a tower as TorchScript: `weights` under the names of `parameters`, matrices rounded to
// `precision`, with the methods of `source`. Tensors that need no rounding go from the mapped
// checkpoint to the file without a copy. `progress` hears of bytes written; what it throws comes out.
// Throws InvalidFile if it cannot be written.
void write_tower(const std::filesystem::path& path, const std::string& class_name,
                 const std::vector<tower::Parameter>& parameters,
                 const std::map<std::string, checkpoint::Tensor>& weights, Precision precision,
                 const std::string& source, const std::function<void(std::uint64_t)>& progress);

}  // namespace longclip::package
