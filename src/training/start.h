#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include <ATen/core/Tensor.h>

#include <longclip/convert.h>
#include <longclip/training.h>

namespace longclip::training {

// What a run begins with.
struct Start {
  Architecture architecture;
  std::map<std::string, at::Tensor> values;  // of both towers by name, and logit_scale; float32
  std::optional<std::array<double, 3>> mean;
  std::optional<std::array<double, 3>> std;
  std::filesystem::path tokenizer;  // empty: CLIP's
  std::string source;               // what it was, for the package's config
};

// Random weights, or those of the package or checkpoint that the options name, its positions
// stretched as they say. Throws InvalidFile, InvalidInput, UnsupportedModel.
Start make_start(const TrainingOptions& options);

}  // namespace longclip::training
