#include "training/gradients.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>
#include <torch/script.h>

#include "engine/torchscript/thread_scope.h"
#include "tower/module.h"
#include "tower/torchscript.h"
#include "training/loss.h"
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

// The loss of a batch in float64, as a function of weights that can be moved: in float32 a loss of 7 is rounded to
// 5e-7, and a single weight that is moved a little changes it by no more. The towers are those of the TorchScript,
// which is another program than the one that is differentiated; the losses, loss_test.cpp compares with the
// reference's.
class LossInDouble {
 public:
  LossInDouble(const std::map<std::string, at::Tensor>& values, const Batch& batch) : batch_(batch) {
    for (const auto& [name, value] : values) values_[name] = value.to(at::kDouble);
    const auto value = [&](const tower::Parameter& parameter) { return values_.at(parameter.name); };
    const Architecture shape = architecture();
    vision_ = tower::make_module("V", tower::vision_parameters(shape), value, in_double(tower::vision_source(shape)));
    text_ = tower::make_module("T", tower::text_parameters(shape), value, in_double(tower::text_source(shape)));
  }

  double operator()(const LossSettings& settings) {
    // As Long-CLIP has it: the first table's first 20 rows, the others of the second one.
    values_.at("positional_embedding").slice(0, 20).copy_(values_.at("positional_embedding_res").slice(0, 20));
    const at::Tensor images = vision_.forward({batch_.pixels}).toTensor();
    const at::Tensor scale = values_.at("logit_scale").exp();
    const auto alone = single_process();
    if (settings.objective == TrainingObjective::contrastive) {
      return contrastive_loss(unit_rows(images), unit_rows(encode(batch_.texts)), scale, settings.label_smoothing,
                              *alone)
          .item<double>();
    }
    const MatchingLoss loss = component_matching_loss(images, encode(batch_.texts), encode(batch_.short_texts), scale,
                                                      settings.components, settings.label_smoothing, *alone);
    return (loss.long_text + loss.short_text).item<double>();
  }

  // By how much the loss changes where a tensor is moved along a direction: central differences.
  double derivative(const LossSettings& settings, const std::string& name, const at::Tensor& direction) {
    constexpr double kStep = 1e-6;
    at::Tensor weight = values_.at(name);
    const at::Tensor before = weight.clone();
    weight.copy_(before + kStep * direction);
    const double above = (*this)(settings);
    weight.copy_(before - kStep * direction);
    const double below = (*this)(settings);
    weight.copy_(before);
    return (above - below) / (2 * kStep);
  }

 private:
  // The source computes in the type of its weights, but for what it makes float32 of.
  static std::string in_double(std::string source) {
    const std::string cast = ".float()";
    for (auto begin = source.find(cast); begin != std::string::npos; begin = source.find(cast)) {
      source.erase(begin, cast.size());
    }
    return source;
  }

  at::Tensor encode(const TextRows& rows) {
    std::size_t longest = 0;
    for (const auto& row : rows) longest = std::max(longest, row.size());
    at::Tensor ids = at::zeros({static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(longest)}, at::kLong);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::copy(rows[i].begin(), rows[i].end(), ids[static_cast<std::int64_t>(i)].mutable_data_ptr<std::int64_t>());
    }
    return text_.forward({ids}).toTensor();
  }

  const Batch& batch_;
  std::map<std::string, at::Tensor> values_;  // which the modules share
  torch::jit::Module vision_;
  torch::jit::Module text_;
};

// Some elements, by chance, of those whose gradient is a hundredth of the largest one or more.
std::vector<std::int64_t> draw_elements(const at::Tensor& gradient) {
  const at::Tensor sizes = gradient.flatten().abs();
  const at::Tensor large = sizes.ge(0.01 * sizes.max()).nonzero().flatten();
  std::vector<std::int64_t> drawn;
  for (int i = 0; i < 4; ++i) {
    const auto choice = at::randint(large.numel(), {1}).item<std::int64_t>();
    drawn.push_back(large[choice].item<std::int64_t>());
  }
  return drawn;
}

// Of tensors all of whose elements are moved at once, each by chance, and of single elements. Gradients in float32
// err by up to 3e-6 of their tensor's largest one, which is 3e-4 of one a hundredth as large; the differences in
// float64 by 1e-5. An element's gradient that is a hundredth too large is off by ten times what is let through.
TEST_F(Gradients, EqualFiniteDifferences) {
  constexpr double kTolerance = 1e-3;
  auto values = initial_values(architecture(), 1);
  values["positional_embedding_res"] = values.at("positional_embedding").flip(0);
  LossInDouble loss(values, batch_);
  for (const TrainingObjective objective : {TrainingObjective::contrastive, TrainingObjective::component_matching}) {
    LossSettings settings;
    settings.objective = objective;
    settings.components = 6;
    settings.label_smoothing = 0.1;
    const Parameters parameters(architecture(), values, true, at::kCPU);
    const auto alone = single_process();
    const StepLoss found = compute_gradients(parameters, batch_, settings, *alone);
    EXPECT_NEAR(found.long_text + found.short_text, loss(settings), 1e-5);
    for (const char* name :
         {"visual.conv1.weight", "visual.proj", "token_embedding.weight", "positional_embedding_res",
          "transformer.resblocks.0.attn.in_proj_weight", "transformer.resblocks.1.mlp.c_fc.weight", "logit_scale"}) {
      const at::Tensor gradient = parameters.state_dict().at(name).grad().to(at::kDouble);
      const at::Tensor direction = at::randn(gradient.sizes(), at::kDouble);
      EXPECT_NEAR((gradient * direction).sum().item<double>(), loss.derivative(settings, name, direction),
                  kTolerance * gradient.norm().item<double>())
          << name;
      for (const std::int64_t element : draw_elements(gradient)) {
        at::Tensor one = at::zeros(gradient.sizes(), at::kDouble);
        one.view(-1)[element] = 1;
        const double numeric = loss.derivative(settings, name, one);
        EXPECT_NEAR(gradient.flatten()[element].item<double>(), numeric, kTolerance * std::abs(numeric))
            << name << " " << element;
      }
    }
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
