#pragma once

#include <filesystem>

#include <torch/script.h>

#include <longclip/model.h>

namespace longclip::engine::torchscript {

// A tower's TorchScript on its device, in the precision to compute in.
struct LoadedModule {
  torch::jit::Module module;
  c10::Device device;
  TowerInfo info;
};

// Throws InvalidFile for a damaged file or one without the method forward.
LoadedModule load_module(const std::filesystem::path& path, const c10::Device& device, Precision precision);

}  // namespace longclip::engine::torchscript
