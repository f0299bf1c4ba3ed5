#include "training/settings.h"

#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <longclip/error.h>

#include "temporary_folder.h"
#include "training/small_model.h"

namespace longclip::training {
namespace {

using Change = std::function<void(TrainingOptions&)>;

// The text of the InvalidInput that a call throws; empty if it throws none.
std::string reason(const std::function<void()>& call) {
  try {
    call();
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "";
}

bool begins_with(const std::string& text, const std::string& begin) { return text.rfind(begin, 0) == 0; }

// A run that was begun, and is to be resumed. What it begins with need be no model.
class Resumed : public ::testing::Test {
 protected:
  Resumed() {
    start_.architecture = small_architecture();
    start_.values = {{"logit_scale", at::scalar_tensor(4.0)}, {"visual.proj", at::arange(6, at::kFloat)}};
    examples_.resize(2);
    examples_[0].image = "photos/cat.jpg";
    examples_[0].long_captions = {"A cat that sleeps on a chair"};
    examples_[0].short_captions = {"A cat"};
    examples_[1].image = "photos/dog.jpg";
    examples_[1].long_captions = {"A dog in the rain"};
    begun_ = on_disk();
  }

  nlohmann::ordered_json asked(std::int64_t steps = 6, bool bf16 = false) const {
    return settings_of(options_, examples_, start_, steps, bf16);
  }
  nlohmann::json on_disk() const { return nlohmann::json::parse(asked().dump(2)); }

  // Why the run that was begun does not go on with what is asked now; empty where it does.
  std::string refusal(const nlohmann::ordered_json& now) const {
    return reason([&] { compare(begun_, now, "runs/a"); });
  }
  std::string refusal() const { return refusal(asked()); }

  TrainingOptions options_ = small_options();
  Start start_;
  std::vector<Example> examples_;
  nlohmann::json begun_;
};

TEST_F(Resumed, GoesOnWithTheSame) { EXPECT_EQ(refusal(), ""); }

TEST_F(Resumed, SaysWhatDiffersAndTheWayOut) {
  options_.learning_rate = 2e-3;
  EXPECT_EQ(refusal(),
            "runs/a: this run was begun with learning_rate 0.001, and is now asked for 0.002; resume it as it was "
            "begun, or name another folder");
}

TEST_F(Resumed, RefusesWhateverDecidesTheWeights) {
  const std::vector<std::pair<std::string, Change>> changes{
      {"learning_rate", [](auto& options) { options.learning_rate = 2e-3; }},
      {"seed", [](auto& options) { options.seed = 8; }},
      {"batch", [](auto& options) { options.batch = 8; }},
      {"objective", [](auto& options) { options.objective = TrainingObjective::component_matching; }},
      {"captions", [](auto& options) { options.captions = TrainingCaptions::long_only; }},
      {"components", [](auto& options) { options.components = 2; }},
      {"label_smoothing", [](auto& options) { options.label_smoothing = 0.1; }},
      {"freeze_first_positions", [](auto& options) { options.freeze_first_positions = true; }},
      {"warmup", [](auto& options) { options.warmup = 3; }},
      {"weight_decay", [](auto& options) { options.weight_decay = 0.01; }},
      {"decay_vectors", [](auto& options) { options.decay_vectors = true; }},
      {"hard_negatives", [](auto& options) { options.hard_negatives = 2; }},
      {"hard_share", [](auto& options) { options.hard_share = 0.5; }},
      {"device", [](auto& options) { options.device = "cuda"; }},
      {"processes", [](auto& options) { options.processes = 2; }}};
  for (const auto& [name, change] : changes) {
    options_ = small_options();
    change(options_);
    EXPECT_TRUE(begins_with(refusal(), "runs/a: this run was begun with " + name + " ")) << name << ": " << refusal();
  }
  options_ = small_options();
  EXPECT_TRUE(begins_with(refusal(asked(7)), "runs/a: this run was begun with steps 6, and is now asked for 7"));
  EXPECT_TRUE(begins_with(refusal(asked(6, true)), "runs/a: this run was begun with precision \"fp32\", and is now"));
}

TEST_F(Resumed, RefusesOtherData) {
  const std::vector<Example> before = examples_;
  const std::vector<std::function<void()>> changes{
      [&] { examples_[0].long_captions[0] += " by the fire"; }, [&] { examples_[1].image = "photos/wolf.jpg"; },
      [&] { examples_[1].group = 3; }, [&] { std::swap(examples_[0], examples_[1]); },
      // The same words, but no longer what is short.
      [&] { examples_[0].long_captions.swap(examples_[0].short_captions); },
      [&] { examples_[1].short_captions.swap(examples_[1].long_captions); }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    examples_ = before;
    changes[i]();
    EXPECT_TRUE(begins_with(refusal(), "runs/a: this run was begun on other pictures or captions; ")) << i;
  }
}

TEST_F(Resumed, RefusesOtherWeightsToBeginWith) {
  start_.values["visual.proj"] = at::arange(6, at::kFloat) + 1e-6;
  EXPECT_TRUE(begins_with(refusal(), "runs/a: this run was begun from other weights; ")) << refusal();
}

TEST_F(Resumed, RefusesARunThatDoesNotSayItsSeed) {
  begun_.erase("seed");
  EXPECT_TRUE(begins_with(refusal(), "runs/a: this run was begun with seed unknown, and is now asked for 7"));
}

// They end in the same weights, or in those that rounding makes of them.
TEST_F(Resumed, GoesOnWhereNothingDiffersThatDecides) {
  begun_["version"] = "0.0.1";
  options_.micro_batch = 2;
  options_.threads = 2;
  options_.checkpoint_every = 50;
  for (Example& example : examples_) example.image = "elsewhere" / example.image.filename();
  EXPECT_EQ(refusal(), "");
  options_.device = "cuda:0";
  begun_ = on_disk();
  options_.device = "cuda:1";
  EXPECT_EQ(refusal(), "");
}

TEST(Check, RefusesEachBadOptionByItsName) {
  const testing::TemporaryFolder folder;
  const std::vector<Example> examples = colours(folder.path());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinite = std::numeric_limits<double>::infinity();
  std::vector<std::pair<std::string, Change>> changes{
      {"batch is 1;", [](auto& options) { options.batch = 1; }},
      {"batch is 4, no multiple of the 3 processes", [](auto& options) { options.processes = 3; }},
      {"there are 12 pictures, fewer than the 13 of a batch", [](auto& options) { options.batch = 13; }},
      {"components is 0", [](auto& options) { options.components = 0; }},
      {"hard_negatives is 0", [](auto& options) { options.hard_negatives = 0; }},
      {"checkpoint_every is 0", [](auto& options) { options.checkpoint_every = 0; }},
      {"image size 33 is no multiple of the patch size 8",
       [](auto& options) { options.architecture.image_size = 33; }}};
  const auto each = [&](const std::string& name, double TrainingOptions::*option, const std::vector<double>& values) {
    for (const double value : values) {
      changes.emplace_back(name + " is ", [=](TrainingOptions& options) { options.*option = value; });
    }
  };
  each("the learning rate", &TrainingOptions::learning_rate, {0, -1e-3, nan, infinite});
  each("label smoothing", &TrainingOptions::label_smoothing, {-0.1, 1, nan});
  each("weight decay", &TrainingOptions::weight_decay, {-0.01, nan, infinite});
  each("logit scale", &TrainingOptions::logit_scale, {-1, 0.5, 101, nan});
  each("hard_share", &TrainingOptions::hard_share, {-0.1, 1.1, nan});
  for (const double value : {0.0, -1.0, 1e7, nan, infinite}) {
    changes.emplace_back("epochs is ", [=](TrainingOptions& options) {
      options.steps = 0;
      options.epochs = value;
    });
  }
  for (const auto& [named, change] : changes) {
    TrainingOptions options = small_options();
    change(options);
    const std::string line = reason([&] { check(examples, options); });
    EXPECT_TRUE(begins_with(line, named)) << named << ": " << line;
  }
  EXPECT_EQ(reason([&] { check(examples, small_options()); }), "");
}

// That of a start is its own.
TEST(Check, LooksAtTheArchitectureOfRandomWeightsAlone) {
  const testing::TemporaryFolder folder;
  TrainingOptions options = small_options();
  options.architecture.image_size = 33;
  options.start = "clip.pt";
  EXPECT_EQ(reason([&] { check(colours(folder.path()), options); }), "");
}

TEST(CheckArchitecture, RefusesWhatMakesNoClip) {
  const std::vector<std::pair<std::string, std::function<void(Architecture&)>>> changes{
      {"a tower needs", [](auto& shape) { shape.vision.width = 0; }},
      {"a tower needs", [](auto& shape) { shape.vision.heads = 3; }},
      {"a tower needs", [](auto& shape) { shape.text.layers = 0; }},
      {"a tower needs", [](auto& shape) { shape.text.mlp = 0; }},
      {"image size 32 is no multiple of the patch size 7", [](auto& shape) { shape.patch_size = 7; }},
      {"image size 32 is no multiple of the patch size 0", [](auto& shape) { shape.patch_size = 0; }},
      {"the embedding size is 0", [](auto& shape) { shape.embedding_size = 0; }},
      {"the vocabulary size is 0", [](auto& shape) { shape.vocabulary_size = 0; }},
      {"the context length is 1", [](auto& shape) { shape.context_length = 1; }},
      {"activation \"relu\"", [](auto& shape) { shape.activation = "relu"; }}};
  for (const auto& [named, change] : changes) {
    Architecture architecture = small_architecture();
    change(architecture);
    const std::string line = reason([&] { check_architecture(architecture); });
    EXPECT_TRUE(begins_with(line, named)) << named << ": " << line;
  }
  EXPECT_EQ(reason([] { check_architecture(small_architecture()); }), "");
}

TEST(CheckProcesses, RefusesARankAndANumberThatCannotBe) {
  const auto with = [](int processes, int rank, const char* meeting) {
    TrainingOptions options;
    options.processes = processes;
    options.rank = rank;
    options.meeting = meeting;
    return reason([&] { check_processes(options); });
  };
  EXPECT_TRUE(begins_with(with(0, 0, ""), "processes is 0"));
  EXPECT_TRUE(begins_with(with(2, 2, "meeting"), "rank 2 of 2 processes"));
  EXPECT_TRUE(begins_with(with(2, -1, "meeting"), "rank -1 of 2 processes"));
  EXPECT_NE(with(2, 1, "").find("name the meeting"), std::string::npos);
  EXPECT_EQ(with(2, 1, "meeting"), "");
  EXPECT_EQ(with(1, 0, ""), "");
}

}  // namespace
}  // namespace longclip::training
