#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <ATen/core/Tensor.h>

namespace longclip::training {

// Writes tensors by name as torch.save writes a state dict (a zip archive of a pickle and the values),
// for torch.load in Python and for checkpoint/. The file appears whole or not at all. Throws
// InvalidFile if it cannot be written.
void write_state_dict(const std::filesystem::path& path, const std::map<std::string, at::Tensor>& tensors);

// Reads one that write_state_dict() wrote: copies on the CPU. Throws InvalidFile.
std::map<std::string, at::Tensor> read_state_dict(const std::filesystem::path& path);

}  // namespace longclip::training
