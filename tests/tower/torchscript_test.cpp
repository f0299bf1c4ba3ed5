// The towers' TorchScript against the same formulas written with plain tensor operations, at a
// shape with several heads and both activations, which the golden model (one head) does not have.
#include "tower/torchscript.h"

#include <map>

#include <gtest/gtest.h>
#include <torch/script.h>

#include "tower/architecture.h"
#include "tower/module.h"
#include "tower/small_architecture.h"

namespace longclip::tower {
namespace {

using Weights = std::map<std::string, at::Tensor>;

Weights random_weights(const std::vector<Parameter>& parameters) {
  at::manual_seed(1);
  Weights weights;
  for (const auto& parameter : parameters) weights[parameter.name] = 0.3 * at::randn(parameter.shape);
  return weights;
}

torch::jit::Module module_of(const std::vector<Parameter>& parameters, const Weights& weights,
                             const std::string& source) {
  return make_module(
      "Tower", parameters, [&](const Parameter& p) { return weights.at(p.name); }, source);
}

at::Tensor norm(const at::Tensor& x, const Weights& w, const std::string& name) {
  const at::Tensor centred = x - x.mean(-1, true);
  return centred / at::sqrt(centred.square().mean(-1, true) + 1e-5) * w.at(name + ".weight") + w.at(name + ".bias");
}

at::Tensor plain_block(at::Tensor x, const Weights& w, const std::string& block, int heads, bool causal,
                       const std::string& activation) {
  const std::int64_t width = x.size(2);
  const std::int64_t head = width / heads;
  const at::Tensor qkv = at::matmul(norm(x, w, block + "ln_1"), w.at(block + "attn.in_proj_weight").t()) +
                         w.at(block + "attn.in_proj_bias");
  std::vector<at::Tensor> outputs;
  for (int h = 0; h < heads; ++h) {
    const at::Tensor q = qkv.narrow(2, h * head, head);
    const at::Tensor k = qkv.narrow(2, width + h * head, head);
    const at::Tensor v = qkv.narrow(2, 2 * width + h * head, head);
    at::Tensor scores = at::matmul(q, k.transpose(1, 2)) / std::sqrt(static_cast<double>(head));
    if (causal) scores = scores + at::triu(at::full({x.size(1), x.size(1)}, -1e30), 1);
    outputs.push_back(at::matmul(at::softmax(scores, -1), v));
  }
  x = x + at::matmul(at::cat(outputs, 2), w.at(block + "attn.out_proj.weight").t()) +
      w.at(block + "attn.out_proj.bias");
  at::Tensor h =
      at::matmul(norm(x, w, block + "ln_2"), w.at(block + "mlp.c_fc.weight").t()) + w.at(block + "mlp.c_fc.bias");
  h = activation == "gelu" ? 0.5 * h * (1 + at::erf(h / std::sqrt(2.0))) : h / (1 + at::exp(-1.702 * h));
  return x + at::matmul(h, w.at(block + "mlp.c_proj.weight").t()) + w.at(block + "mlp.c_proj.bias");
}

double difference(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

class Towers : public ::testing::TestWithParam<const char*> {};

TEST_P(Towers, VisionEqualsTheFormulas) {
  const Architecture shape = small(GetParam());
  const auto parameters = vision_parameters(shape);
  const Weights w = random_weights(parameters);
  const at::Tensor pixels = at::randn({2, 3, 32, 32});
  std::vector<at::Tensor> patches;
  for (int row = 0; row < 4; ++row) {
    for (int column = 0; column < 4; ++column) {
      const at::Tensor patch = pixels.narrow(2, row * 8, 8).narrow(3, column * 8, 8).reshape({2, 192});
      patches.push_back(at::matmul(patch, w.at("visual.conv1.weight").reshape({48, 192}).t()));
    }
  }
  at::Tensor x = at::stack(patches, 1);
  x = at::cat({w.at("visual.class_embedding").expand({2, 1, 48}), x}, 1) + w.at("visual.positional_embedding");
  x = norm(x, w, "visual.ln_pre");
  for (int i = 0; i < 2; ++i) {
    x = plain_block(x, w, "visual.transformer.resblocks." + std::to_string(i) + ".", 3, false, GetParam());
  }
  x = at::matmul(norm(x.select(1, 0), w, "visual.ln_post"), w.at("visual.proj"));
  const at::Tensor ours = module_of(parameters, w, vision_source(shape)).forward({pixels}).toTensor();
  EXPECT_LE(difference(ours, x), 1e-4);
}

TEST_P(Towers, TextEqualsTheFormulasAtEveryLayer) {
  const Architecture shape = small(GetParam());
  const auto parameters = text_parameters(shape);
  const Weights w = random_weights(parameters);
  const at::Tensor ids = at::tensor({98, 5, 99, 0, 0, 98, 7, 8, 9, 99}, at::kLong).reshape({2, 5});
  auto module = module_of(parameters, w, text_source(shape));
  const auto states = [&](int layer, bool final_norm) {
    return module.get_method("states")({ids, layer, final_norm}).toTensor();
  };
  at::Tensor x = at::embedding(w.at("token_embedding.weight"), ids) + w.at("positional_embedding").narrow(0, 0, 5);
  EXPECT_LE(difference(states(0, false), x), 1e-6);
  for (int i = 0; i < 3; ++i) {
    x = plain_block(x, w, "transformer.resblocks." + std::to_string(i) + ".", 4, true, GetParam());
    EXPECT_LE(difference(states(i + 1, false), x), 1e-4);
    EXPECT_LE(difference(states(i - 3, true), norm(x, w, "ln_final")), 1e-4);
  }
  const at::Tensor ends = at::stack({norm(x, w, "ln_final")[0][2], norm(x, w, "ln_final")[1][4]});
  EXPECT_LE(difference(module.forward({ids}).toTensor(), at::matmul(ends, w.at("text_projection"))), 1e-4);
}

TEST_P(Towers, WhatFollowsTheEndTokenHasNoInfluence) {
  const Architecture shape = small(GetParam());
  const auto parameters = text_parameters(shape);
  auto module = module_of(parameters, random_weights(parameters), text_source(shape));
  const at::Tensor short_row = module.forward({at::tensor({98, 5, 99}, at::kLong).reshape({1, 3})}).toTensor();
  const at::Tensor padded = module.forward({at::tensor({98, 5, 99, 7, 99, 3}, at::kLong).reshape({1, 6})}).toTensor();
  EXPECT_LE(difference(short_row, padded), 1e-5);
}

TEST(TextTower, PoolsAtTheFirstEndTokenWhereOneIsNamed) {
  const Architecture shape = small("gelu");
  const auto parameters = text_parameters(shape);
  const Weights w = random_weights(parameters);
  auto module = module_of(parameters, w, text_source(shape, 2));
  const at::Tensor ids = at::tensor({1, 99, 2, 0, 98, 1, 7, 8, 2, 2}, at::kLong).reshape({2, 5});
  const at::Tensor states = module.get_method("states")({ids, -1, true}).toTensor();
  const at::Tensor ends = at::stack({states[0][2], states[1][3]});
  EXPECT_LE(difference(module.forward({ids}).toTensor(), at::matmul(ends, w.at("text_projection"))), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Activations, Towers, ::testing::Values("quick_gelu", "gelu"));

}  // namespace
}  // namespace longclip::tower
