#include "training/gradients.h"

#include <gtest/gtest.h>
#include <torch/script.h>

#include "engine/torchscript/thread_scope.h"
#include "training/small_model.h"

namespace longclip::training {
namespace {

// A small vocabulary: its embedding would be most of the work.
Architecture architecture() {
  Architecture small = small_architecture();
  small.vocabulary_size = 2000;
  return small;
}

class Gradients : public ::testing::Test {
 protected:
  Gradients() {
    at::manual_seed(5);
    batch_.pixels = at::randn({20, 3, 32, 32});
    for (std::int64_t i = 0; i < 20; ++i) {
      std::vector<std::int64_t> row{1998};
      for (std::int64_t j = 0; j < 3 + i % 5 * 7; ++j) row.push_back(300 + i * 31 + j * 7);
      row.push_back(1999);
      batch_.texts.push_back(row);
      batch_.short_texts.push_back({1998, 320 + i, 1999});
    }
  }

  std::map<std::string, at::Tensor> gradients(const LossSettings& settings, StepLoss* loss = nullptr) const {
    const Parameters parameters(architecture(), initial_values(architecture(), 1), false, at::kCPU);
    const auto alone = single_process();
    const StepLoss found = compute_gradients(parameters, batch_, settings, *alone);
    if (loss != nullptr) *loss = found;
    std::map<std::string, at::Tensor> result;
    for (const auto& [name, value] : parameters.state_dict()) {
      if (value.grad().defined()) result[name] = value.grad();
    }
    return result;
  }

  Batch batch_;
  const engine::torchscript::ThreadScope one_thread_{1};
};

void expect_equal(const std::map<std::string, at::Tensor>& ours, const std::map<std::string, at::Tensor>& theirs) {
  ASSERT_EQ(ours.size(), theirs.size());
  for (const auto& [name, gradient] : theirs) {
    const double largest = gradient.abs().max().item<double>();
    EXPECT_LE((ours.at(name) - gradient).abs().max().item<double>(), 1e-4 * largest + 1e-9) << name;
  }
}

TEST_F(Gradients, OfPiecesAreThoseOfTheWholeBatch) {
  for (const TrainingObjective objective : {TrainingObjective::contrastive, TrainingObjective::component_matching}) {
    LossSettings settings;
    settings.objective = objective;
    settings.components = 6;
    settings.label_smoothing = 0.1;
    StepLoss whole, pieces;
    const auto expected = gradients(settings, &whole);
    settings.micro_batch = 6;  // the last piece has two rows
    const auto found = gradients(settings, &pieces);
    expect_equal(found, expected);
    EXPECT_NEAR(pieces.long_text, whole.long_text, 1e-5);
    EXPECT_NEAR(pieces.short_text, whole.short_text, 1e-5);
  }
}

TEST_F(Gradients, ReachEveryParameter) {
  LossSettings settings;
  settings.objective = TrainingObjective::component_matching;
  const auto found = gradients(settings);
  for (const auto& [name, value] : initial_values(architecture(), 1)) {
    ASSERT_TRUE(found.contains(name)) << name;
    EXPECT_GT(found.at(name).abs().max().item<double>(), 0) << name;
  }
}

TEST_F(Gradients, ReachTheTrainedPositionsAndNotTheFrozenOnes) {
  const Parameters parameters(architecture(), initial_values(architecture(), 1), true, at::kCPU);
  const auto alone = single_process();
  compute_gradients(parameters, batch_, {}, *alone);
  EXPECT_FALSE(parameters.state_dict().at("positional_embedding").grad().defined());
  const at::Tensor gradient = parameters.state_dict().at("positional_embedding_res").grad();
  EXPECT_EQ(gradient.slice(0, 0, 20).abs().max().item<double>(), 0);
  EXPECT_GT(gradient.slice(0, 20, 30).abs().max().item<double>(), 0);
}

// One number moved a little each way changes the loss by what its gradient says.
TEST_F(Gradients, EqualFiniteDifferences) {
  LossSettings settings;
  settings.objective = TrainingObjective::component_matching;
  settings.components = 6;
  const auto found = gradients(settings);
  const auto alone = single_process();
  for (const char* name : {"visual.proj", "transformer.resblocks.1.mlp.c_fc.weight", "logit_scale"}) {
    at::Tensor direction = found.at(name) / found.at(name).norm();
    const auto loss_at = [&](double distance) {
      auto values = initial_values(architecture(), 1);
      values[name] = values[name] + distance * direction;
      const Parameters parameters(architecture(), values, false, at::kCPU);
      const StepLoss loss = compute_gradients(parameters, batch_, settings, *alone);
      return loss.long_text + loss.short_text;
    };
    constexpr double kStep = 1e-2;
    const double numeric = (loss_at(kStep) - loss_at(-kStep)) / (2 * kStep);
    EXPECT_NEAR(numeric / found.at(name).norm().item<double>(), 1, 2e-2) << name;
  }
}

TEST_F(Gradients, ShortTextsBesideLongOnesDoNotChangeTheirFeatures) {
  const auto values = initial_values(architecture(), 1);
  const tower::Weights weights(values.begin(), values.end());
  const at::Tensor together = encode_rows(architecture(), weights, batch_.texts, at::kCPU);
  for (std::size_t i = 0; i < batch_.texts.size(); ++i) {
    const at::Tensor alone = encode_rows(architecture(), weights, {batch_.texts[i]}, at::kCPU);
    EXPECT_LE((together[static_cast<std::int64_t>(i)] - alone[0]).abs().max().item<double>(), 1e-5);
  }
}

}  // namespace
}  // namespace longclip::training
