#include "training/gradients.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include "training/autocast.h"
#include "training/loss.h"

namespace longclip::training {
namespace {

// Features of some inputs of a batch, as a function of the weights.
struct Encoding {
  std::int64_t rows = 0;
  std::function<at::Tensor(const tower::Weights&, std::int64_t begin, std::int64_t end)> encode;
};

std::vector<Encoding> encodings(const Parameters& parameters, const Batch& batch, const LossSettings& settings) {
  const Architecture& architecture = parameters.architecture();
  const at::Device device = parameters.logit_scale().device();
  const auto rows = batch.pixels.size(0);
  const auto text = [&architecture, device, rows](const TextRows& all) {
    return Encoding{rows,
                    [&architecture, &all, device](const tower::Weights& weights, std::int64_t begin, std::int64_t end) {
                      const TextRows some(all.begin() + begin, all.begin() + end);
                      return encode_rows(architecture, weights, some, device);
                    }};
  };
  std::vector<Encoding> result;
  result.push_back(
      {rows, [&architecture, &batch, device](const tower::Weights& weights, std::int64_t begin, std::int64_t end) {
         return tower::vision_forward(architecture, weights, batch.pixels.slice(0, begin, end).to(device));
       }});
  result.push_back(text(batch.texts));
  if (settings.objective == TrainingObjective::component_matching) result.push_back(text(batch.short_texts));
  return result;
}

MatchingLoss loss_of(const std::vector<at::Tensor>& features, const at::Tensor& logit_scale,
                     const LossSettings& settings, Processes& processes) {
  const at::Tensor scale = logit_scale.exp();
  if (settings.objective == TrainingObjective::component_matching) {
    return component_matching_loss(features[0], features[1], features[2], scale, settings.components,
                                   settings.label_smoothing, processes);
  }
  return {contrastive_loss(unit_rows(features[0]), unit_rows(features[1]), scale, settings.label_smoothing, processes),
          at::zeros({}, features[0].options())};
}

bool all_finite(const std::vector<at::Tensor>& features, Processes& processes) {
  at::Tensor broken = at::zeros({1}, features[0].options().requires_grad(false));
  for (const at::Tensor& feature : features) broken += at::isfinite(feature).logical_not().any();
  processes.sum(broken);
  return broken.item<double>() == 0;
}

StepLoss backward(const std::vector<at::Tensor>& features, const Parameters& parameters, const LossSettings& settings,
                  Processes& processes) {
  // A decomposition of what is not finite would fail, in this process alone.
  if (!all_finite(features, processes)) {
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    return {kNone, kNone, kNone};
  }
  const MatchingLoss loss = loss_of(features, parameters.logit_scale(), settings, processes);
  torch::autograd::backward({loss.long_text + loss.short_text}, {});
  return {loss.long_text.item<double>(), loss.short_text.item<double>()};
}

StepLoss at_once(const Parameters& parameters, const std::vector<Encoding>& inputs, const LossSettings& settings,
                 Processes& processes) {
  std::vector<at::Tensor> features;
  {
    const Autocast autocast(parameters.logit_scale().device().type(), settings.bf16);
    const tower::Weights weights = parameters.weights();
    for (const Encoding& input : inputs) features.push_back(input.encode(weights, 0, input.rows));
  }
  return backward(features, parameters, settings, processes);
}

StepLoss in_pieces(const Parameters& parameters, const std::vector<Encoding>& inputs, const LossSettings& settings,
                   Processes& processes) {
  const at::DeviceType device = parameters.logit_scale().device().type();
  const auto for_each_piece = [&](const Encoding& input, const auto& use) {
    for (std::int64_t begin = 0; begin < input.rows; begin += settings.micro_batch) {
      use(begin, std::min(begin + settings.micro_batch, input.rows));
    }
  };
  std::vector<at::Tensor> features;
  {
    const at::NoGradGuard without_graph;
    const Autocast autocast(device, settings.bf16);
    const tower::Weights weights = parameters.weights();
    for (const Encoding& input : inputs) {
      std::vector<at::Tensor> pieces;
      for_each_piece(
          input, [&](std::int64_t begin, std::int64_t end) { pieces.push_back(input.encode(weights, begin, end)); });
      features.push_back(at::cat(pieces));
    }
  }
  for (at::Tensor& feature : features) feature.set_requires_grad(true);
  const StepLoss loss = backward(features, parameters, settings, processes);
  if (std::isnan(loss.long_text)) return loss;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    for_each_piece(inputs[i], [&](std::int64_t begin, std::int64_t end) {
      at::Tensor piece;
      {
        const Autocast autocast(device, settings.bf16);
        piece = inputs[i].encode(parameters.weights(), begin, end);
      }
      torch::autograd::backward({piece}, {features[i].grad().slice(0, begin, end)});
    });
  }
  return loss;
}

// One message for all of them: small ones cost more than their bytes.
void average(const Parameters& parameters, Processes& processes) {
  if (processes.size() == 1) return;
  std::vector<at::Tensor> gradients, flat;
  for (const auto& [name, value] : parameters.state_dict()) {
    if (!value.grad().defined()) continue;
    gradients.push_back(value.grad());
    flat.push_back(value.grad().flatten());
  }
  at::Tensor all = at::cat(flat);
  processes.sum(all);
  all.div_(processes.size());
  std::int64_t begin = 0;
  for (at::Tensor& gradient : gradients) {
    gradient.copy_(all.narrow(0, begin, gradient.numel()).view(gradient.sizes()));
    begin += gradient.numel();
  }
}

double gradient_norm(const Parameters& parameters) {
  double squares = 0;
  for (const auto& [name, value] : parameters.state_dict()) {
    if (!value.grad().defined()) continue;
    const auto norm = at::norm(value.grad()).item<double>();
    squares += norm * norm;
  }
  return std::sqrt(squares);
}

StepLoss average(const StepLoss& loss, const at::Device& device, Processes& processes) {
  if (processes.size() == 1) return loss;
  at::Tensor sums = at::empty({2}, at::TensorOptions().dtype(at::kDouble).device(device));
  sums[0] = loss.long_text;
  sums[1] = loss.short_text;
  processes.sum(sums);
  return {sums[0].item<double>() / processes.size(), sums[1].item<double>() / processes.size()};
}

}  // namespace

StepLoss compute_gradients(const Parameters& parameters, const Batch& batch, const LossSettings& settings,
                           Processes& processes) {
  const std::vector<Encoding> inputs = encodings(parameters, batch, settings);
  const bool whole = settings.micro_batch == 0 || settings.micro_batch >= batch.pixels.size(0);
  const StepLoss loss =
      whole ? at_once(parameters, inputs, settings, processes) : in_pieces(parameters, inputs, settings, processes);
  if (std::isnan(loss.long_text)) return loss;
  average(parameters, processes);
  StepLoss mean = average(loss, parameters.logit_scale().device(), processes);
  mean.gradient_norm = gradient_norm(parameters);
  return mean;
}

}  // namespace longclip::training
