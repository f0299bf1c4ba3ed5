#include "training/parameters.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <longclip/error.h>

#include "checkpoint/clip_names.h"

namespace longclip::training {
namespace {

constexpr const char* kPositions = "positional_embedding";
constexpr const char* kTrainedPositions = "positional_embedding_res";

// The standard deviation that CLIP draws a parameter with; 0 for biases.
double deviation(const std::string& name, const std::vector<std::int64_t>& shape, const Architecture::Tower& tower) {
  const double width = tower.width;
  const double residual = 1 / std::sqrt(2.0 * tower.layers);
  if (name == "token_embedding.weight") return 0.02;
  if (name == "positional_embedding") return 0.01;
  if (name.ends_with("in_proj_weight") || name.ends_with("projection") || name.ends_with("proj") ||
      name.ends_with("_embedding")) {
    return 1 / std::sqrt(width);
  }
  if (name.ends_with("out_proj.weight") || name.ends_with("c_proj.weight")) return residual / std::sqrt(width);
  if (name.ends_with("c_fc.weight")) return 1 / std::sqrt(2 * width);
  if (name.ends_with("conv1.weight")) return 1 / std::sqrt(static_cast<double>(shape[1] * shape[2] * shape[3]));
  return 0;
}

// Sines and cosines of a patch's column and of its row, of frequencies from one radian a patch to one a
// picture (after Beyer et al., 2022, "Better plain ViT baselines"). CLIP's draw leaves it to the training
// to find out which patches are neighbours, for which a small one has too few pictures.
void set_sine_positions(at::Tensor& table, int grid) {
  const std::int64_t quarter = table.size(1) / 4;
  const at::Tensor exponents = at::arange(quarter, at::kFloat) / std::max<double>(1, static_cast<double>(quarter - 1));
  const at::Tensor angles = at::outer(at::arange(grid, at::kFloat), at::pow(1.0 / grid, exponents));
  const at::Tensor along = at::cat({angles.sin(), angles.cos()}, 1);  // [grid, half of the width]
  const at::Tensor columns = along.unsqueeze(0).expand({grid, grid, 2 * quarter});
  const at::Tensor rows = along.unsqueeze(1).expand({grid, grid, 2 * quarter});
  // Row 0 is the class token's.
  const std::int64_t patches = std::int64_t{grid} * grid;
  table.narrow(0, 1, patches).narrow(1, 0, 4 * quarter).copy_(at::cat({columns, rows}, 2).view({patches, 4 * quarter}));
}

}  // namespace

std::map<std::string, at::Tensor> initial_values(const Architecture& architecture, std::uint64_t seed) {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  std::map<std::string, at::Tensor> values;
  const auto draw = [&](const std::vector<tower::Parameter>& parameters, const Architecture::Tower& tower) {
    for (const tower::Parameter& parameter : parameters) {
      const bool gain = parameter.name.find("ln_") != std::string::npos && parameter.name.ends_with("weight");
      values[parameter.name] =
          gain ? at::ones(parameter.shape)
               : at::randn(parameter.shape, generator) * deviation(parameter.name, parameter.shape, tower);
    }
  };
  draw(tower::vision_parameters(architecture), architecture.vision);
  set_sine_positions(values.at("visual.positional_embedding"), architecture.image_size / architecture.patch_size);
  draw(tower::text_parameters(architecture), architecture.text);
  values["logit_scale"] = at::scalar_tensor(std::log(1 / 0.07));
  return values;
}

Parameters::Parameters(Architecture architecture, std::map<std::string, at::Tensor> values, bool freeze_first_positions,
                       const at::Device& device)
    : architecture_(std::move(architecture)),
      values_(std::move(values)),
      frozen_positions_(freeze_first_positions ? checkpoint::kFirstTableRows : 0) {
  if (frozen_positions_ > 0) {
    if (architecture_.context_length <= frozen_positions_) {
      throw InvalidInput("the model has " + std::to_string(architecture_.context_length) +
                         " text positions, and the first " + std::to_string(frozen_positions_) +
                         " are to be frozen: none would be left to train");
    }
    values_.try_emplace(kTrainedPositions, values_.at(kPositions).clone());
  }
  for (auto& [name, value] : values_) {
    value = value.detach().to(device, at::kFloat).contiguous().clone();
    value.set_requires_grad(!(frozen_positions_ > 0 && name == kPositions));
  }
}

tower::Weights Parameters::weights() const {
  tower::Weights weights(values_.begin(), values_.end());
  if (frozen_positions_ > 0) {
    weights[kPositions] = at::cat({values_.at(kPositions).slice(0, 0, frozen_positions_),
                                   values_.at(kTrainedPositions).slice(0, frozen_positions_)});
  }
  return weights;
}

void Parameters::clamp_logit_scale() {
  const at::NoGradGuard without_graph;
  values_.at("logit_scale").clamp_max_(std::log(100.0));
}

std::vector<AdamW::Parameter> Parameters::trained(bool decay_vectors) const {
  std::vector<AdamW::Parameter> trained;
  for (const auto& [name, value] : values_) {
    if (value.requires_grad()) trained.push_back({name, value, decay_vectors || value.dim() > 1});
  }
  return trained;
}

}  // namespace longclip::training
