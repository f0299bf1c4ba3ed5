#pragma once

#include <functional>
#include <string>
#include <vector>

#include <torch/script.h>

#include "tower/architecture.h"

namespace longclip::tower {

// A TorchScript module with these parameters under their dotted names, and the methods of
// `source` (tower/torchscript.h). `value` gives each parameter's tensor; it is not copied.
torch::jit::Module make_module(const std::string& class_name, const std::vector<Parameter>& parameters,
                               const std::function<at::Tensor(const Parameter&)>& value, const std::string& source);

}  // namespace longclip::tower
