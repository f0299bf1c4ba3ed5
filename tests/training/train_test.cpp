#include <longclip/training.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <longclip/error.h>
#include <longclip/model.h>
#include <longclip/similarity.h>

#include "checkpoint/checkpoint.h"
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

TEST_F(Training, TwoAtATimeDoNotWriteIntoOneRun) {
  TrainingOptions again = small_options();
  again.resume = true;
  std::string reason;
  train(examples_, folder_ / "run", small_options(), [&](const TrainingStep& step) {
    if (step.step != 3) return;
    try {
      train(examples_, folder_ / "run", again);
    } catch (const InvalidInput& error) {
      reason = error.what();
    }
  });
  EXPECT_EQ(reason, (folder_ / "run").string() + ": another process trains there; wait for it, or name another folder");
  EXPECT_EQ(log(folder_ / "run").size(), 6u);
  EXPECT_EQ(train(examples_, folder_ / "run", again).steps, 6u);
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
    EXPECT_TRUE(bytes(report.checkpoint) == bytes(whole.checkpoint)) << last;
    ASSERT_EQ(log(run).size(), 6u);
    for (std::size_t i = 0; i < 6; ++i) {
      EXPECT_EQ(log(run)[i]["step"], i + 1);
      EXPECT_EQ(log(run)[i]["loss"], log(folder_ / "whole")[i]["loss"]);
    }
  }
}

TEST_F(Training, AStoppedFineTuningEndsInTheSameWeights) {
  const TrainingReport parent = train(examples_, folder_ / "parent", small_options());
  TrainingOptions tuning = finetuning();
  tuning.start = parent.package;
  tuning.batch = 8;
  tuning.micro_batch = 3;
  tuning.components = 2;
  tuning.steps = 5;
  tuning.learning_rate = 1e-3;
  tuning.threads = 2;
  tuning.checkpoint_every = 2;
  const TrainingReport whole = train(examples_, folder_ / "whole", tuning);
  EXPECT_THROW(train(examples_, folder_ / "stopped", tuning,
                     [](const TrainingStep& step) {
                       if (step.step == 3) throw Stopped{};
                     }),
               Stopped);
  tuning.resume = true;
  tuning.micro_batch = 3;
  const TrainingReport resumed = train(examples_, folder_ / "stopped", tuning);
  EXPECT_TRUE(bytes(resumed.checkpoint) == bytes(whole.checkpoint));
}

TEST_F(Training, AFinishedRunIsNotTrainedAgain) {
  TrainingOptions options = small_options();
  const auto first = bytes(train(examples_, folder_ / "run", options).checkpoint);
  options.resume = true;
  const auto again = train(examples_, folder_ / "run", options, [](const TrainingStep&) { FAIL(); });
  EXPECT_TRUE(bytes(again.checkpoint) == first);
}

TEST_F(Training, SeedsDecideTheWeights) {
  TrainingOptions options = small_options();
  const auto first = bytes(train(examples_, folder_ / "one", options).checkpoint);
  EXPECT_TRUE(bytes(train(examples_, folder_ / "same", options).checkpoint) == first);
  options.seed = 8;
  EXPECT_FALSE(bytes(train(examples_, folder_ / "other", options).checkpoint) == first);
}

TEST_F(Training, LogHasALineAStep) {
  TrainingOptions options = small_options();
  options.objective = TrainingObjective::component_matching;
  options.components = 2;
  train(examples_, folder_ / "run", options);
  const auto lines = log(folder_ / "run");
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_DOUBLE_EQ(lines[0]["learning_rate"].get<double>(), options.learning_rate / 2);
  EXPECT_NEAR(lines[2]["epoch"].get<double>(), 1.0, 1e-12);  // three batches of four are all pictures
  for (const auto& line : lines) {
    EXPECT_NEAR(line["loss"].get<double>(), line["loss_long"].get<double>() + line["loss_short"].get<double>(), 1e-9);
    EXPECT_GT(line["gradient_norm"].get<double>(), 0);
    EXPECT_GT(line["images_per_second"].get<double>(), 0);
  }
  EXPECT_NE(bytes(folder_ / "run" / "curves.svg").find("<svg"), std::string::npos);
}

TEST_F(Training, FineTuningFreezesTheFirstPositionsAndTrainsTheOthers) {
  for (Example& example : examples_) {
    for (int i = 0; i < 3; ++i)
      example.long_captions[0] += ", and again " + example.short_captions[0] + " from here to there";
  }
  const TrainingReport parent = train(examples_, folder_ / "parent", small_options());
  TrainingOptions tuning = finetuning();
  tuning.start = parent.package;
  tuning.batch = 4;
  tuning.steps = 3;
  tuning.learning_rate = 1e-3;
  tuning.weight_decay = 0;  // it alone would move them
  tuning.threads = 1;
  const TrainingReport report = train(examples_, folder_ / "tuned", tuning);
  EXPECT_EQ(inspect(report.checkpoint).positions, "248, merged from two tables");
  EXPECT_EQ(inspect(report.package).architecture.context_length, 248);

  // What is frozen is what stretching the parent gives.
  convert(parent.checkpoint, folder_ / "stretched");
  const auto before = checkpoint::read_checkpoint(folder_ / "stretched/text.pt").tensors.at("positional_embedding");
  const auto after = checkpoint::read_checkpoint(report.package / "text.pt").tensors.at("positional_embedding");
  const auto moved = [&](std::size_t row) {
    const std::vector<float> x = checkpoint::to_float(before);
    const std::vector<float> y = checkpoint::to_float(after);
    double most = 0;
    for (std::size_t j = 0; j < 64; ++j) most = std::max(most, std::abs(double{x[64 * row + j]} - y[64 * row + j]));
    return most;
  };
  for (const std::size_t row : {0, 10, 19}) EXPECT_EQ(moved(row), 0) << row;
  for (const std::size_t row : {20, 25, 30}) EXPECT_GT(moved(row), 1e-4) << row;
  EXPECT_EQ(moved(200), 0);  // no caption is that long
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
  options.objective = TrainingObjective::component_matching;
  options.components = 2;
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
  refused(options, "the learning rate is -1.0", examples_);
  auto silent = examples_;
  silent[3].long_captions.clear();
  silent[3].short_captions.clear();
  refused(small_options(), "yellow.png: has no caption", silent);
}

// One of more ids than the tower has rows; and CLIP's for a tower of more rows, whose words are others.
TEST_F(Training, RefusesATokenizerThatDoesNotFit) {
  for (const int rows : {1000, 50000}) {
    TrainingOptions options = small_options();
    options.architecture.vocabulary_size = rows;
    try {
      train(examples_, folder_ / "run", options);
      FAIL() << rows;
    } catch (const InvalidInput& error) {
      EXPECT_NE(std::string(error.what()).find("CLIP's tokenizer has 49408 ids"), std::string::npos) << error.what();
    }
  }
}

TEST_F(Training, NamesPicturesThatAreMissing) {
  std::filesystem::remove(folder_ / "green.png");
  std::filesystem::remove(folder_ / "white.png");
  try {
    train(examples_, folder_ / "run", small_options());
    FAIL();
  } catch (const InvalidFile& error) {
    EXPECT_EQ(
        std::string(error.what()).rfind((folder_ / "green.png").string() + ": is missing, and so are 1 others", 0), 0u)
        << error.what();
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "run"));
}

TEST_F(Training, NamesThePictureOfACaptionThatIsNoText) {
  examples_[4].long_captions[0] = "broken \xff";
  examples_[4].short_captions[0] = "broken \xff";
  try {
    train(examples_, folder_ / "run", small_options());
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_NE(std::string(error.what()).find("white.png: its caption"), std::string::npos) << error.what();
  }
}

// Either objective, the second of which would hand what is not finite to a decomposition.
TEST_F(Training, SaysThatItDiverges) {
  for (const TrainingObjective objective : {TrainingObjective::contrastive, TrainingObjective::component_matching}) {
    TrainingOptions options = small_options();
    options.objective = objective;
    options.components = 2;
    options.learning_rate = 1e30;
    options.warmup = 0;
    try {
      train(examples_, folder_ / ("run" + std::to_string(static_cast<int>(objective))), options);
      FAIL();
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("lower the learning rate"), std::string::npos) << error.what();
    }
  }
}

TEST_F(Training, KeepsWhatIsInThePlaceOfItsPackage) {
  std::filesystem::create_directories(folder_ / "run/model");
  std::ofstream(folder_ / "run/model/dear.txt") << "mine";
  EXPECT_THROW(train(examples_, folder_ / "run", small_options()), InvalidInput);
  EXPECT_EQ(bytes(folder_ / "run/model/dear.txt"), "mine");
}

// A start that lies where the result is to be would be lost; so would what others wrote.
TEST_F(Training, WritesOverNothingThatIsOfNoRun) {
  const TrainingReport parent = train(examples_, folder_ / "parent", small_options());
  for (const char* name : {"model", "model.pt", "log.jsonl", "curves.svg"}) {
    const auto run = folder_ / (std::string("run-") + name);
    std::filesystem::create_directories(run);
    std::filesystem::copy(folder_ / "parent" / name, run / name, std::filesystem::copy_options::recursive);
    try {
      train(examples_, run, small_options());
      FAIL() << name;
    } catch (const InvalidInput& error) {
      EXPECT_EQ(std::string(error.what()).rfind((run / name).string() + ": is there", 0), 0u) << error.what();
    }
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(run), {}), 1) << name;
  }
}

TEST_F(Training, ResumesWithTheSameTokenizerOnly) {
  TrainingOptions options = small_options();
  train(examples_, folder_ / "run", options);
  options.resume = true;
  options.tokenizer = folder_ / "merges.txt";
  std::ofstream(options.tokenizer) << "#version: 0.2\nr e\nre d</w>\n";
  try {
    train(examples_, folder_ / "run", options);
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_NE(std::string(error.what()).find("with another tokenizer"), std::string::npos) << error.what();
  }
}

// Names of files are bytes on Linux.
TEST_F(Training, TakesAStartWhoseNameIsNoUtf8) {
  const TrainingReport parent = train(examples_, folder_ / "parent", small_options());
  TrainingOptions options = small_options();
  options.start = folder_ / "mod\xe8le.pt";
  std::filesystem::copy_file(parent.checkpoint, options.start);
  EXPECT_THROW(train(examples_, folder_ / "run", options, [](const TrainingStep&) { throw Stopped{}; }), Stopped);
  options.resume = true;
  EXPECT_EQ(train(examples_, folder_ / "run", options).steps, 6u);
}

TEST_F(Training, TakesNoStateThatItWasNotAskedToResume) {
  TrainingOptions options = small_options();
  train(examples_, folder_ / "run", options);
  std::filesystem::remove(folder_ / "run/settings.json");
  EXPECT_THROW(train(examples_, folder_ / "run", options), InvalidInput);
  options.resume = true;
  EXPECT_THROW(train(examples_, folder_ / "run", options), InvalidInput);
}

TEST_F(Training, ResumesOnTheSameDataOnly) {
  TrainingOptions options = small_options();
  train(examples_, folder_ / "run", options);
  options.resume = true;
  examples_[2].long_captions[0] += " after all";
  try {
    train(examples_, folder_ / "run", options);
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_NE(std::string(error.what()).find("on other pictures or captions"), std::string::npos) << error.what();
  }
}

TEST_F(Training, ADamagedLogDoesNotLoseTheRun) {
  TrainingOptions options = small_options();
  EXPECT_THROW(train(examples_, folder_ / "run", options,
                     [](const TrainingStep& step) {
                       if (step.step == 4) throw Stopped{};
                     }),
               Stopped);
  std::filesystem::resize_file(folder_ / "run/log.jsonl", std::filesystem::file_size(folder_ / "run/log.jsonl") - 40);
  options.resume = true;
  EXPECT_THROW(train(examples_, folder_ / "run", options,
                     [](const TrainingStep& step) {
                       if (step.step == 5) throw Stopped{};
                     }),
               Stopped);
  train(examples_, folder_ / "run", options);  // goes on after the gap, too
  std::vector<std::size_t> steps;
  for (const auto& line : log(folder_ / "run")) steps.push_back(line["step"]);
  EXPECT_EQ(steps, (std::vector<std::size_t>{1, 2, 3, 5, 6}));
}

// The last one is of step 4, though states are written every hundred.
TEST_F(Training, APictureThatCannotBeReadCostsNoSteps) {
  TrainingOptions options = small_options();
  options.checkpoint_every = 100;
  const TrainingReport whole = train(examples_, folder_ / "whole", options);
  const std::string blue = bytes(folder_ / "blue.png");
  EXPECT_THROW(train(examples_, folder_ / "run", options,
                     [&](const TrainingStep& step) {
                       if (step.step == 2) std::ofstream(folder_ / "blue.png") << "no picture";
                     }),
               InvalidFile);
  const std::size_t done = log(folder_ / "run").size();
  EXPECT_LT(done, 6u);
  std::ofstream(folder_ / "blue.png", std::ios::binary) << blue;
  options.resume = true;
  std::vector<std::size_t> steps;
  const TrainingReport report =
      train(examples_, folder_ / "run", options, [&](const TrainingStep& step) { steps.push_back(step.step); });
  EXPECT_EQ(steps.front(), done + 1);
  EXPECT_TRUE(bytes(report.checkpoint) == bytes(whole.checkpoint));
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
  options.resume = true;
  const auto refusal = [&] {
    try {
      train(examples_, folder_ / "run", options);
    } catch (const InvalidFile& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const auto state = folder_ / "run" / "state.pt";
  std::filesystem::resize_file(state, 1000);
  EXPECT_EQ(refusal(), state.string() + ": is damaged; remove it to begin this run again, or name another folder");
  const auto settings = folder_ / "run" / "settings.json";
  std::ofstream(settings) << "{\"seed\": ";
  EXPECT_EQ(refusal(), settings.string() + ": is damaged, so that the run cannot be resumed; name another folder");
}

TEST_F(Training, RefusesACountOfProcessorsThatNobodyHas) {
  TrainingOptions options = small_options();
  for (const int threads : {-1, 100000}) {
    options.threads = threads;
    EXPECT_THROW(train(examples_, folder_ / "run", options), InvalidInput) << threads;
  }
}

// Equal captions would each be the other's wrong answer.
TEST_F(Training, RefusesToBringTogetherWhatItsCaptionsDoNotTellApart) {
  TrainingOptions options = small_options();
  options.hard_negatives = 2;
  options.captions = TrainingCaptions::short_only;
  EXPECT_THROW(train(examples_, folder_ / "run", options), InvalidInput);
}

}  // namespace
}  // namespace longclip::training
