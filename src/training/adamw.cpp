#include "training/adamw.h"

#include <utility>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/_fused_adamw.h>

namespace longclip::training {

AdamW::AdamW(std::vector<Parameter> parameters, const AdamWOptions& options)
    : parameters_(std::move(parameters)), options_(options) {
  for (const Parameter& parameter : parameters_) {
    const at::Tensor value = parameter.value.detach();
    moments_.push_back({at::zeros_like(value), at::zeros_like(value)});
  }
}

void AdamW::step(double learning_rate) {
  step_some(true, learning_rate);
  step_some(false, learning_rate);
  ++steps_;
  for (Parameter& parameter : parameters_) parameter.value.mutable_grad().reset();
}

void AdamW::step_some(bool decaying, double learning_rate) {
  std::vector<at::Tensor> values, gradients, means, squares, steps;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Parameter& parameter = parameters_[i];
    if (parameter.decays != decaying || !parameter.value.grad().defined()) continue;
    values.push_back(parameter.value.detach());
    gradients.push_back(parameter.value.grad());
    means.push_back(moments_[i].mean);
    squares.push_back(moments_[i].square);
    steps.push_back(at::full({}, static_cast<double>(steps_ + 1), values.back().options().dtype(at::kFloat)));
  }
  if (values.empty()) return;
  at::_fused_adamw_(values, gradients, means, squares, {}, steps, learning_rate, options_.beta1, options_.beta2,
                    decaying ? options_.weight_decay : 0.0, options_.epsilon, false, false);
}

}  // namespace longclip::training
