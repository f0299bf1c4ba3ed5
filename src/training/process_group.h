#pragma once

#include <filesystem>
#include <memory>

#include <ATen/core/Tensor.h>

#include "training/processes.h"

namespace longclip::training {

// This process as one of several, joined by LibTorch's own process groups (Gloo on the CPU, NCCL on
// CUDA). They meet through the file `meeting`, which all can reach. Waits for the others. Throws
// InvalidFile (the meeting's file), DeviceError (no backend for the device, others that do not come).
std::unique_ptr<Processes> process_group(int rank, int size, const std::filesystem::path& meeting,
                                         const at::Device& device);

}  // namespace longclip::training
