#include "training/start.h"

#include <cmath>
#include <span>
#include <string>
#include <utility>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <longclip/error.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/clip_weights.h"
#include "checkpoint/stretch.h"
#include "package/make_package.h"
#include "package/package.h"
#include "training/parameters.h"
#include "training/tensors.h"

namespace longclip::training {
namespace {

Start from_package(const std::filesystem::path& path) {
  const package::Package package = package::open_package(path);
  const package::Config& config = package.config;
  if (!config.has_vision || !config.has_text) {
    throw UnsupportedModel(path.string() + ": has one tower only, and training takes both");
  }
  Start start;
  start.architecture = config.architecture;
  start.mean = config.mean;
  start.std = config.std;
  start.tokenizer = package.tokenizer();
  start.source = config.name;
  const auto take = [&](const std::filesystem::path& file, const std::vector<tower::Parameter>& parameters) {
    const checkpoint::Checkpoint checkpoint = checkpoint::read_checkpoint(file);
    for (const tower::Parameter& parameter : parameters) {
      const auto found = checkpoint.tensors.find(parameter.name);
      if (found == checkpoint.tensors.end() || found->second.shape != parameter.shape) {
        throw UnsupportedModel(file.string() + ": has no " + parameter.name + " of the shape " +
                               checkpoint::to_string(parameter.shape) +
                               ": it was not written by `longclip convert`, and only such packages are trained on");
      }
      start.values[parameter.name] = copy_of(found->second, file.string() + ": " + parameter.name);
    }
  };
  for (const char* file : {package::vision_file, package::text_file}) package::verify_file(package, file);
  take(package.vision(), tower::vision_parameters(start.architecture));
  take(package.text(), tower::text_parameters(start.architecture));
  start.values["logit_scale"] = at::scalar_tensor(std::log(config.logit_scale));
  return start;
}

Start from_checkpoint(const std::filesystem::path& path) {
  const checkpoint::Checkpoint checkpoint = checkpoint::read_checkpoint(path);
  const checkpoint::ClipWeights weights = checkpoint::clip_weights(checkpoint);
  if (weights.vision.empty() || weights.text.empty()) {
    throw UnsupportedModel(path.string() + ": has one tower only, and training takes both");
  }
  Start start;
  start.architecture = weights.architecture;
  start.mean = checkpoint.mean;
  start.std = checkpoint.std;
  start.source = package::name_of(path);
  for (const auto* tower : {&weights.vision, &weights.text}) {
    for (const auto& [name, tensor] : *tower) start.values[name] = copy_of(tensor, path.string() + ": " + name);
  }
  start.values["logit_scale"] = at::scalar_tensor(weights.logit_scale);
  return start;
}

void stretch(Start& start, const TrainingOptions& options) {
  at::Tensor& table = start.values.at("positional_embedding");
  const int width = start.architecture.text.width;
  const auto longer = checkpoint::stretch_clip_positions(
      {table.const_data_ptr<float>(), static_cast<std::size_t>(table.numel())}, start.architecture.context_length,
      width, options.kept, options.ratio, options.start.empty() ? start.source : options.start.string());
  if (!longer) return;
  const auto rows = static_cast<std::int64_t>(longer->size()) / width;
  start.source += " (its " + std::to_string(start.architecture.context_length) + " positions stretched to " +
                  std::to_string(rows) + ": the first " + std::to_string(options.kept) + " kept, the others times " +
                  std::to_string(options.ratio) + ")";
  table = at::from_blob(const_cast<float*>(longer->data()), {rows, width}, at::kFloat).clone();
  start.architecture.context_length = static_cast<int>(rows);
}

}  // namespace

Start make_start(const TrainingOptions& options) {
  Start start;
  if (options.start.empty()) {
    start.architecture = options.architecture;
    start.values = initial_values(start.architecture, options.seed);
    start.source = "random weights";
  } else if (package::is_package(options.start)) {
    start = from_package(options.start);
  } else {
    start = from_checkpoint(options.start);
  }
  if (!options.tokenizer.empty()) start.tokenizer = options.tokenizer;
  stretch(start, options);
  if (options.logit_scale > 0) start.values["logit_scale"] = at::scalar_tensor(std::log(options.logit_scale));
  return start;
}

}  // namespace longclip::training
