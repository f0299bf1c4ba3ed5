#pragma once

#include <exception>
#include <string>

#include <ATen/core/Tensor.h>

#include "training/processes.h"

namespace longclip::training {

// Lets all processes of a training tell each other whether they are ready, and with what: `failure` is
// this one's, if it has one, and `plan` a text that must be the same everywhere. Rethrows the failure;
// throws Error where another process has failed, InvalidInput where plans differ, in all of them, so that
// none waits for what does not come.
void agree(Processes& processes, const std::exception_ptr& failure, const std::string& plan, const at::Device& device);

}  // namespace longclip::training
