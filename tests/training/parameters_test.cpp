#include "training/parameters.h"

#include <cmath>
#include <set>

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <longclip/error.h>

#include "training/small_model.h"

namespace longclip::training {
namespace {

Architecture long_architecture() {
  Architecture architecture = small_architecture();
  architecture.context_length = 248;
  return architecture;
}

Parameters parameters(const Architecture& architecture, bool freeze) {
  return Parameters(architecture, initial_values(architecture, 1), freeze, at::kCPU);
}

std::set<std::string> names(const std::vector<AdamW::Parameter>& trained, bool decaying) {
  std::set<std::string> result;
  for (const AdamW::Parameter& parameter : trained) {
    if (parameter.decays == decaying) result.insert(parameter.name);
  }
  return result;
}

// clip/model.py, initialize_parameters, for the text tower; a tenth of the deviation is far more than
// chance makes of it in tables of this size.
TEST(InitialValues, FollowClipsRules) {
  const auto values = initial_values(small_architecture(), 5);
  const auto deviation = [&](const std::string& name) { return values.at(name).std().item<double>(); };
  const auto near = [](double expected) { return std::pair(0.9 * expected, 1.1 * expected); };
  const double width = 64;
  const double layers = 2;
  const auto expect = [&](const std::string& name, double expected) {
    EXPECT_GT(deviation(name), near(expected).first) << name;
    EXPECT_LT(deviation(name), near(expected).second) << name;
  };
  expect("token_embedding.weight", 0.02);
  expect("positional_embedding", 0.01);
  expect("text_projection", std::pow(width, -0.5));
  expect("transformer.resblocks.0.attn.in_proj_weight", std::pow(width, -0.5));
  expect("transformer.resblocks.1.attn.out_proj.weight", std::pow(width, -0.5) * std::pow(2 * layers, -0.5));
  expect("transformer.resblocks.0.mlp.c_proj.weight", std::pow(width, -0.5) * std::pow(2 * layers, -0.5));
  expect("transformer.resblocks.1.mlp.c_fc.weight", std::pow(2 * width, -0.5));
  expect("visual.proj", std::pow(width, -0.5));
  EXPECT_EQ(values.at("transformer.resblocks.0.attn.in_proj_bias").abs().max().item<double>(), 0);
  EXPECT_EQ(values.at("ln_final.weight").min().item<double>(), 1);
  EXPECT_EQ(values.at("ln_final.bias").abs().max().item<double>(), 0);
  EXPECT_NEAR(values.at("logit_scale").item<double>(), std::log(1 / 0.07), 1e-6);
}

// From any patch, the one beside it is more alike than the one three steps away, and none is the same.
TEST(InitialValues, LetPatchesBeginWhereTheyAre) {
  Architecture architecture = small_architecture();
  architecture.image_size = 8 * architecture.patch_size;
  const at::Tensor table = initial_values(architecture, 5).at("visual.positional_embedding");
  ASSERT_EQ(table.size(0), 1 + 8 * 8);
  const auto distance = [&](int row, int column, int other_row, int other_column) {
    return (table[1 + 8 * row + column] - table[1 + 8 * other_row + other_column]).norm().item<double>();
  };
  for (int row = 0; row < 5; ++row) {
    for (int column = 0; column < 5; ++column) {
      EXPECT_GT(distance(row, column, row + 1, column), 0.1);
      EXPECT_LT(distance(row, column, row + 1, column), distance(row, column, row + 3, column));
      EXPECT_LT(distance(row, column, row, column + 1), distance(row, column, row, column + 3));
      EXPECT_NEAR(distance(row, column, row + 1, column), distance(0, 0, 0, 1), 1e-4);
    }
  }
  // The class token has no place.
  EXPECT_LT(table[0].std().item<double>(), 0.5 * table[1].std().item<double>());
}

TEST(InitialValues, AreThoseOfTheirSeed) {
  const auto first = initial_values(small_architecture(), 5);
  const auto again = initial_values(small_architecture(), 5);
  const auto other = initial_values(small_architecture(), 6);
  for (const auto& [name, value] : first) EXPECT_TRUE(at::equal(value, again.at(name))) << name;
  EXPECT_FALSE(at::equal(first.at("visual.proj"), other.at("visual.proj")));
}

TEST(Parameters, TrainEverythingAndLetMatricesDecay) {
  const Parameters all = parameters(small_architecture(), false);
  const auto matrices = names(all.trained(false), true);
  const auto vectors = names(all.trained(false), false);
  EXPECT_EQ(matrices.size() + vectors.size(), all.state_dict().size());
  EXPECT_TRUE(matrices.contains("token_embedding.weight"));
  EXPECT_TRUE(matrices.contains("visual.conv1.weight"));
  for (const char* name : {"visual.class_embedding", "logit_scale", "ln_final.weight", "visual.ln_pre.bias",
                           "transformer.resblocks.0.attn.in_proj_bias"}) {
    EXPECT_TRUE(vectors.contains(name)) << name;
  }
  EXPECT_EQ(names(all.trained(true), true).size(), all.state_dict().size());
}

// Long-CLIP's two tables (model_longclip.py): twenty rows of the first are used and stay, the others'
// gradient goes to the second.
TEST(Parameters, KeepTheFirstTwentyPositionsWhereTheyAreFrozen) {
  const Parameters frozen = parameters(long_architecture(), true);
  const auto& state = frozen.state_dict();
  ASSERT_TRUE(state.contains("positional_embedding_res"));
  const auto trained = names(frozen.trained(true), true);
  EXPECT_FALSE(trained.contains("positional_embedding"));
  EXPECT_TRUE(trained.contains("positional_embedding_res"));

  const at::Tensor used = frozen.weights().at("positional_embedding");
  ASSERT_EQ(used.sizes(), (std::vector<std::int64_t>{248, 64}));
  used.sum().backward();
  EXPECT_FALSE(state.at("positional_embedding").grad().defined());
  const at::Tensor gradient = state.at("positional_embedding_res").grad();
  EXPECT_EQ(gradient.slice(0, 0, 20).abs().max().item<double>(), 0);
  EXPECT_EQ(gradient.slice(0, 20).min().item<double>(), 1);
}

TEST(Parameters, CannotFreezeAllPositionsThatThereAre) {
  Architecture architecture = small_architecture();
  architecture.context_length = 20;
  EXPECT_THROW(parameters(architecture, true), InvalidInput);
}

TEST(Parameters, ClampTheLogitScaleFromAboveAlone) {
  auto values = initial_values(small_architecture(), 1);
  values["logit_scale"] = at::scalar_tensor(5.0);
  Parameters high(small_architecture(), values, false, at::kCPU);
  high.clamp_logit_scale();
  EXPECT_NEAR(high.logit_scale().exp().item<double>(), 100, 1e-3);
  values["logit_scale"] = at::scalar_tensor(2.0);
  Parameters low(small_architecture(), values, false, at::kCPU);
  low.clamp_logit_scale();
  EXPECT_EQ(low.logit_scale().item<double>(), 2);
}

}  // namespace
}  // namespace longclip::training
