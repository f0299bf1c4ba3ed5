#include <longclip/training.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <longclip/error.h>
#include <longclip/model.h>
#include <longclip/similarity.h>

#include "golden/golden.h"
#include "temporary_folder.h"
#include "training/small_model.h"

namespace longclip::training {
namespace {

class Training : public ::testing::Test {
 protected:
  Training() : examples_(colours(folder_.path())) {}

  static std::string bytes(const std::filesystem::path& path) { return golden::read_bytes(path); }

  static std::vector<nlohmann::json> log(const std::filesystem::path& run) {
    std::ifstream file(run / "log.jsonl");
    std::vector<nlohmann::json> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(nlohmann::json::parse(line));
    return lines;
  }

  testing::TemporaryFolder folder_;
  std::vector<Example> examples_;
};

struct Stopped {};

TEST_F(Training, LearnsToTellPicturesByTheirCaptions) {
  TrainingOptions options = small_options();
  options.batch = 12;
  options.steps = 60;
  options.warmup = 5;
  options.checkpoint_every = 100;
  options.captions = TrainingCaptions::short_only;
  const TrainingReport report = train(examples_, folder_ / "run", options);
  const Model model = Model::load(report.package);
  std::vector<Image> images;
  std::vector<std::string> texts;
  for (const Example& example : examples_) {
    images.push_back(Image::read(example.image));
    texts.push_back(example.short_captions[0]);
  }
  const auto best = top_k(model.encode_image(images), model.encode_text(texts), 1);
  for (std::size_t i = 0; i < best.size(); ++i) EXPECT_EQ(best[i][0].index, i) << texts[i];
}

TEST_F(Training, AStoppedRunEndsInTheSameWeights) {
  const TrainingOptions options = small_options();
  const TrainingReport whole = train(examples_, folder_ / "whole", options);
  for (const std::size_t last : {1, 3, 5}) {  // before the first state, and after one
    const auto run = folder_ / ("stopped" + std::to_string(last));
    TrainingOptions stopped = options;
    EXPECT_THROW(train(examples_, run, stopped,
                       [&](const TrainingStep& step) {
                         if (step.step == last) throw Stopped{};
                       }),
                 Stopped);
    EXPECT_FALSE(std::filesystem::exists(run / "model"));
    stopped.resume = true;
    const TrainingReport report = train(examples_, run, stopped);
    EXPECT_EQ(bytes(report.checkpoint), bytes(whole.checkpoint));
    ASSERT_EQ(log(run).size(), 6u);
    for (std::size_t i = 0; i < 6; ++i) {
      EXPECT_EQ(log(run)[i]["step"], i + 1);
      EXPECT_EQ(log(run)[i]["loss"], log(folder_ / "whole")[i]["loss"]);
    }
  }
}

TEST_F(Training, AFinishedRunIsNotTrainedAgain) {
  TrainingOptions options = small_options();
  const auto first = bytes(train(examples_, folder_ / "run", options).checkpoint);
  options.resume = true;
  const auto again = train(examples_, folder_ / "run", options, [](const TrainingStep&) { FAIL(); });
  EXPECT_EQ(bytes(again.checkpoint), first);
}

TEST_F(Training, SeedsDecideTheWeights) {
  TrainingOptions options = small_options();
  const auto first = bytes(train(examples_, folder_ / "one", options).checkpoint);
  EXPECT_EQ(bytes(train(examples_, folder_ / "same", options).checkpoint), first);
  options.seed = 8;
  EXPECT_NE(bytes(train(examples_, folder_ / "other", options).checkpoint), first);
}

TEST_F(Training, LogHasALineAStep) {
  TrainingOptions options = small_options();
  options.objective = Objective::component_matching;
  train(examples_, folder_ / "run", options);
  const auto lines = log(folder_ / "run");
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_DOUBLE_EQ(lines[0]["learning_rate"].get<double>(), options.learning_rate / 2);
  EXPECT_NEAR(lines[2]["epoch"].get<double>(), 1.0, 1e-12);  // three batches of four are all pictures
  for (const auto& line : lines) {
    EXPECT_NEAR(line["loss"].get<double>(), line["loss_long"].get<double>() + line["loss_short"].get<double>(), 1e-9);
    EXPECT_GT(line["images_per_second"].get<double>(), 0);
  }
  EXPECT_NE(bytes(folder_ / "run" / "curves.svg").find("<svg"), std::string::npos);
}

TEST_F(Training, FineTuningFreezesTheFirstPositionsAndTrainsTheOthers) {
  TrainingOptions options = small_options();
  const TrainingReport parent = train(examples_, folder_ / "parent", options);
  TrainingOptions tuning = finetuning();
  tuning.start = parent.package;
  tuning.batch = 4;
  tuning.steps = 3;
  tuning.learning_rate = 1e-3;
  tuning.threads = 1;
  const TrainingReport report = train(examples_, folder_ / "tuned", tuning);
  const Inspection found = inspect(report.checkpoint);
  EXPECT_EQ(found.positions, "248, merged from two tables");
  EXPECT_EQ(inspect(report.package).architecture.context_length, 248);

  // What is frozen is what the stretching of the parent gives.
  convert(parent.checkpoint, folder_ / "stretched");
  const Model stretched = Model::load(folder_ / "stretched");
  const Model tuned = Model::load(report.package);
  StateOptions embeddings;
  embeddings.layer = 0;
  embeddings.final_norm = false;
  embeddings.max_tokens = 248;
  embeddings.pad_id = 0;
  const auto rows = [&](const Model& model) {
    const Matrix states = model.encode_text_states({""}, embeddings)[0];
    std::vector<float> differences;  // positions alone: the pads' embedding is taken away
    for (std::size_t j = 0; j < states.cols(); ++j) differences.push_back(states(19, j) - states(2, j));
    for (std::size_t j = 0; j < states.cols(); ++j) differences.push_back(states(100, j) - states(2, j));
    return differences;
  };
  const auto before = rows(stretched);
  const auto after = rows(tuned);
  double frozen = 0;
  double trained = 0;
  for (std::size_t j = 0; j < 64; ++j) frozen = std::max(frozen, std::abs(double{before[j]} - after[j]));
  for (std::size_t j = 64; j < 128; ++j) trained = std::max(trained, std::abs(double{before[j]} - after[j]));
  EXPECT_LE(frozen, 1e-6);
  EXPECT_LE(trained, 1e-6);  // no caption is that long: only weight decay moves them
}

TEST_F(Training, BeginsWithTheGoldenCheckpointsFeatures) {
  // A learning rate of next to nothing leaves the model as it was.
  TrainingOptions tuning = finetuning();
  tuning.start = golden::model("clip77.pt");
  tuning.batch = 4;
  tuning.steps = 1;
  tuning.learning_rate = 1e-12;
  tuning.threads = 1;
  const TrainingReport report = train(examples_, folder_ / "run", tuning);
  const auto expected = golden::read_npy<float>(golden::model("text_features_clip77_stretched.npy"));
  std::ifstream file(golden::model("texts.json"));
  std::vector<std::string> texts;
  for (const auto& entry : nlohmann::json::parse(file)) texts.push_back(entry["text"]);
  TextOptions truncate;
  truncate.overflow = Overflow::truncate;
  const Matrix features = Model::load(report.package).encode_text(texts, truncate);
  ASSERT_EQ(features.rows(), expected.rows());
  for (std::size_t i = 0; i < features.rows(); ++i) {
    for (std::size_t j = 0; j < features.cols(); ++j) EXPECT_NEAR(features(i, j), expected(i, j), 1e-4);
  }
}

// Whatever the processor: where it has no bf16 of its own, LibTorch computes it step by step.
TEST_F(Training, InBf16LossesStayNearThoseInFloat32) {
  TrainingOptions options = small_options();
  options.objective = Objective::component_matching;
  train(examples_, folder_ / "fp32", options);
  options.precision = TrainingPrecision::bf16;
  const TrainingReport report = train(examples_, folder_ / "bf16", options);
  EXPECT_EQ(report.precision, "bf16");
  bool differs = false;
  for (std::size_t i = 0; i < 6; ++i) {
    const double ours = log(folder_ / "bf16")[i]["loss"].get<double>();
    const double exact = log(folder_ / "fp32")[i]["loss"].get<double>();
    EXPECT_NEAR(ours / exact, 1, 0.03) << i;
    differs = differs || std::abs(ours - exact) > 1e-5;
  }
  EXPECT_TRUE(differs);
  // The weights themselves stay in float32.
  EXPECT_EQ(inspect(report.checkpoint).precision, "fp32");
}

TEST_F(Training, RefusesWhatCannotBeTrained) {
  const auto refused = [&](const TrainingOptions& options, const std::string& reason,
                           const std::vector<Example>& examples) {
    try {
      train(examples, folder_ / "refused", options);
      ADD_FAILURE() << reason;
    } catch (const InvalidInput& error) {
      EXPECT_NE(std::string(error.what()).find(reason), std::string::npos) << error.what();
    }
    EXPECT_FALSE(std::filesystem::exists(folder_ / "refused"));
  };
  TrainingOptions options = small_options();
  options.batch = 13;
  refused(options, "12 pictures, fewer than the 13 of a batch", examples_);
  options = small_options();
  options.architecture.patch_size = 7;
  refused(options, "no multiple of the patch size", examples_);
  options = small_options();
  options.rank = 2;
  options.processes = 2;
  refused(options, "ranks are counted from 0", examples_);
  options = small_options();
  options.learning_rate = -1;
  refused(options, "learning rate", examples_);
  auto silent = examples_;
  silent[3].long_captions.clear();
  silent[3].short_captions.clear();
  refused(small_options(), "yellow.png: has no caption", silent);
}

TEST_F(Training, NamesAPictureThatCannotBeRead) {
  std::ofstream(folder_ / "blue.png") << "no picture";
  try {
    train(examples_, folder_ / "run", small_options());
    FAIL();
  } catch (const InvalidFile& error) {
    EXPECT_NE(std::string(error.what()).find("blue.png"), std::string::npos) << error.what();
  }
}

TEST_F(Training, RefusesToWriteOverARun) {
  TrainingOptions options = small_options();
  train(examples_, folder_ / "run", options);
  EXPECT_THROW(train(examples_, folder_ / "run", options), InvalidInput);
  options.resume = true;
  options.learning_rate *= 2;
  try {
    train(examples_, folder_ / "run", options);
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_NE(std::string(error.what()).find("learning_rate"), std::string::npos) << error.what();
  }
}

TEST_F(Training, RefusesAStateThatIsDamaged) {
  TrainingOptions options = small_options();
  train(examples_, folder_ / "run", options);
  std::filesystem::resize_file(folder_ / "run" / "state.pt", 1000);
  options.resume = true;
  EXPECT_THROW(train(examples_, folder_ / "run", options), InvalidFile);
}

}  // namespace
}  // namespace longclip::training
