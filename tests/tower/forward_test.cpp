// The differentiable towers against the TorchScript that packages run, and their gradients against
// those of the plain TorchScript, at a shape with several heads and both activations.
#include "tower/forward.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/script.h>

#include "tower/module.h"
#include "tower/small_architecture.h"
#include "tower/torchscript.h"
#include "training/autocast.h"

namespace longclip::tower {
namespace {

Weights random_weights(const std::vector<Parameter>& parameters) {
  at::manual_seed(1);
  Weights weights;
  for (const auto& parameter : parameters) {
    weights[parameter.name] = (0.3 * at::randn(parameter.shape)).set_requires_grad(true);
  }
  return weights;
}

double difference(const at::Tensor& a, const at::Tensor& b) {
  return ((a - b).abs().max() / b.abs().max()).item<double>();
}

struct Tolerance {
  double features = 1e-5;
  double gradients = 1e-4;
};

// Compares features, and the gradients of all weights of a function of them.
void expect_alike(const at::Tensor& ours, const at::Tensor& theirs, const std::vector<Parameter>& parameters,
                  const Weights& weights, const Tolerance& tolerance) {
  EXPECT_LE(difference(ours, theirs), tolerance.features);
  const at::Tensor direction = at::randn(ours.sizes());
  std::vector<at::Tensor> leaves;
  for (const auto& parameter : parameters) leaves.push_back(weights.at(parameter.name));
  const auto gradients_of = [&](const at::Tensor& features) {
    return torch::autograd::grad({(features * direction).sum()}, leaves);
  };
  const auto mine = gradients_of(ours);
  const auto reference = gradients_of(theirs);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    EXPECT_LE(difference(mine[i], reference[i]), tolerance.gradients) << parameters[i].name;
  }
}

constexpr Tolerance kOfBf16{0.02, 0.05};

class Forward : public ::testing::TestWithParam<const char*> {
 protected:
  // The towers on random weights and inputs, computed here in float32 or bf16 and by the TorchScript in float32.
  void compare_vision(bool bf16) const {
    const auto parameters = vision_parameters(shape_);
    const Weights weights = random_weights(parameters);
    auto module = make_module(
        "Vision", parameters, [&](const Parameter& p) { return weights.at(p.name); }, vision_source(shape_));
    const at::Tensor pixels = at::randn({3, 3, 32, 32});
    expect_alike(compute(bf16, [&] { return vision_forward(shape_, weights, pixels); }),
                 module.forward({pixels}).toTensor(), parameters, weights, bf16 ? kOfBf16 : Tolerance{});
  }

  void compare_text(bool bf16) const {
    const auto parameters = text_parameters(shape_);
    const Weights weights = random_weights(parameters);
    auto module = make_module(
        "Text", parameters, [&](const Parameter& p) { return weights.at(p.name); }, text_source(shape_));
    // What follows the first row's end token must not be seen.
    const at::Tensor ids = at::tensor({98, 99, 4, 5, 6, 7, 98, 7, 8, 9, 5, 99}, at::kLong).reshape({2, 6});
    const at::Tensor ends = at::tensor({1, 5}, at::kLong);
    expect_alike(compute(bf16, [&] { return text_forward(shape_, weights, ids, ends); }),
                 module.forward({ids}).toTensor(), parameters, weights, bf16 ? kOfBf16 : Tolerance{});
  }

 private:
  template <class Features>
  static at::Tensor compute(bool bf16, const Features& features) {
    const training::Autocast autocast(at::kCPU, bf16);
    return features();
  }

  const Architecture shape_ = small(GetParam());
};

TEST_P(Forward, VisionEqualsTheTorchScript) { compare_vision(false); }
TEST_P(Forward, TextEqualsTheTorchScript) { compare_text(false); }

// In bf16 attention takes another way: what its masks let through must be the same.
TEST_P(Forward, VisionInBf16IsNearTheTorchScript) { compare_vision(true); }
TEST_P(Forward, TextInBf16IsNearTheTorchScript) { compare_text(true); }

INSTANTIATE_TEST_SUITE_P(Activations, Forward, ::testing::Values("quick_gelu", "gelu"));

}  // namespace
}  // namespace longclip::tower
