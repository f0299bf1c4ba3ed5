// What training begins with, against the golden checkpoints as LibTorch's own reader has them.
#include "training/start.h"

#include <fstream>
#include <vector>

#include <gtest/gtest.h>
#include <torch/csrc/jit/serialization/pickle.h>
#include <torch/script.h>

#include <longclip/error.h>

#include "golden/golden.h"
#include "temporary_folder.h"

namespace longclip::training {
namespace {

using Tensors = std::map<std::string, at::Tensor>;

// In float32, which holds every number of fp16. OpenAI's files have three integers beside the weights.
Tensors golden_state(const std::string& file) {
  const std::string bytes = golden::read_bytes(golden::model(file));
  Tensors state;
  for (const auto& item : torch::jit::pickle_load({bytes.begin(), bytes.end()}).toGenericDict()) {
    const at::Tensor value = item.value().toTensor();
    if (value.is_floating_point()) state[item.key().toStringRef()] = value.to(at::kFloat);
  }
  return state;
}

// Training has one table of positions: Long-CLIP uses the first 20 rows of the first, the others of the second.
Tensors golden_long_state() {
  Tensors state = golden_state("longclip248.pt");
  const at::Tensor second = state.at("positional_embedding_res");
  state.erase("positional_embedding_res");
  state["positional_embedding"] = at::cat({state.at("positional_embedding").slice(0, 0, 20), second.slice(0, 20)});
  return state;
}

Start begin_with(const std::filesystem::path& file, TrainingOptions options = {}) {
  options.start = file;
  return make_start(options);
}

void expect_equal(const Start& start, const Tensors& expected) {
  EXPECT_EQ(start.values.size(), expected.size());
  for (const auto& [name, value] : expected) {
    ASSERT_TRUE(start.values.contains(name)) << name;
    EXPECT_TRUE(at::equal(start.values.at(name), value)) << name;  // their types, too
  }
}

struct Kind {
  const char* file;
  double logit_scale;
};

class StartOf : public ::testing::TestWithParam<Kind> {};

TEST_P(StartOf, HasTheGoldenWeightsInFloat32) {
  const Start start = begin_with(golden::model(GetParam().file));
  Tensors expected = golden_long_state();
  expected["logit_scale"] = at::scalar_tensor(GetParam().logit_scale);
  expect_equal(start, expected);
  EXPECT_EQ(start.architecture.context_length, 248);
  EXPECT_EQ(start.architecture.vision.layers, 2);
  EXPECT_EQ(start.architecture.text.layers, 3);
  EXPECT_TRUE(start.tokenizer.empty());
}

constexpr double kScale = 4.605170249938965;  // ln(100) in float32
constexpr double kScaleOfHalf = 4.60546875;   // in fp16
INSTANTIATE_TEST_SUITE_P(Golden, StartOf,
                         ::testing::Values(Kind{"longclip248.pt", kScale}, Kind{"hf", kScale},
                                           Kind{"longclip248_nested.pt", kScaleOfHalf},
                                           Kind{"longclip248_module.pt", kScaleOfHalf},
                                           Kind{"longclip248_legacy.pt", kScaleOfHalf},
                                           Kind{"longclip248.safetensors", kScaleOfHalf}));

TEST(MakeStart, TakesOpenAisFilesAndTheirTorchScript) {
  for (const char* file : {"clip77.pt", "clip77_jit.pt"}) {
    SCOPED_TRACE(file);
    const Start start = begin_with(golden::model(file));
    expect_equal(start, golden_state("clip77.pt"));
    EXPECT_EQ(start.architecture.context_length, 77);  // for a ratio of 1
  }
}

TEST(MakeStart, TakesAnOpenClipFolderWithItsConfig) {
  const testing::TemporaryFolder folder;
  std::filesystem::copy_file(golden::model("longclip248.safetensors"), folder / "open_clip_model.safetensors");
  std::ofstream(folder / "open_clip_config.json")
      << R"({"model_cfg": {"vision_cfg": {"width": 64, "head_width": 32}, "text_cfg": {"heads": 4}},
             "preprocess_cfg": {"mean": [0.5, 0.4, 0.3], "std": [0.2, 0.25, 0.3]}})";
  const Start start = begin_with(folder.path());
  Tensors expected = golden_long_state();
  expected["logit_scale"] = at::scalar_tensor(kScaleOfHalf);
  expect_equal(start, expected);
  EXPECT_EQ(start.architecture.activation, "gelu");
  EXPECT_EQ(start.architecture.vision.heads, 2);
  EXPECT_EQ(start.architecture.text.heads, 4);
  EXPECT_EQ(start.mean, (std::array<double, 3>{0.5, 0.4, 0.3}));
  EXPECT_EQ(start.std, (std::array<double, 3>{0.2, 0.25, 0.3}));
}

TEST(MakeStart, FoldsTheGeometricParametrisation) {
  const Start start = begin_with(golden::model("longclip248_gmp.pt"));
  const Tensors expected = golden_long_state();
  ASSERT_EQ(start.values.size(), expected.size());
  for (const auto& [name, value] : expected) {
    const at::Tensor ours = start.values.at(name);
    EXPECT_EQ(ours.scalar_type(), at::kFloat) << name;
    // Weights of about 0.1: rounding of float32.
    EXPECT_LE((ours - value).abs().max().item<double>(), 1e-7) << name;
  }
}

// In fp16, which holds the golden matrices exactly. A package states exp(logit_scale).
TEST(MakeStart, TakesAPackageWithItsTokenizer) {
  const testing::TemporaryFolder folder;
  ConvertOptions half;
  half.precision = Precision::fp16;
  convert(golden::model("longclip248.pt"), folder / "p", half);
  Start start = begin_with(folder / "p");
  Tensors expected = golden_long_state();
  EXPECT_NEAR(start.values.at("logit_scale").item<double>(), kScale, 1e-6);
  start.values["logit_scale"] = expected.at("logit_scale");
  expect_equal(start, expected);
  EXPECT_EQ(start.tokenizer, folder / "p/tokenizer.bpe.gz");
  EXPECT_TRUE(start.mean.has_value());
}

TEST(MakeStart, StretchesThePositionsOf77AsTheGoldenOnesAre) {
  const testing::TemporaryFolder folder;
  ConvertOptions as_it_is;
  as_it_is.ratio = 1;
  convert(golden::model("clip77.pt"), folder / "p", as_it_is);
  const auto expected = golden::read_npy<float>(golden::model("clip77_stretched_positions.npy"));
  const at::Tensor stretched = at::tensor(expected.values).reshape({248, 64});
  for (const auto& file : {golden::model("clip77.pt"), golden::model("clip77_jit.pt"), folder / "p"}) {
    SCOPED_TRACE(file.string());
    const Start start = begin_with(file, finetuning());
    EXPECT_TRUE(at::equal(start.values.at("positional_embedding"), stretched));
    EXPECT_EQ(start.architecture.context_length, 248);
    const Tensors others = golden_state("clip77.pt");
    EXPECT_TRUE(at::equal(start.values.at("text_projection"), others.at("text_projection")));
  }
}

TEST(MakeStart, StretchesNoPositionsThatAreStretched) {
  const Start start = begin_with(golden::model("longclip248.pt"), finetuning());
  EXPECT_TRUE(at::equal(start.values.at("positional_embedding"), golden_long_state().at("positional_embedding")));
  EXPECT_EQ(start.architecture.context_length, 248);
}

TEST(MakeStart, TakesALogitScaleFromTheCaller) {
  TrainingOptions options;
  options.logit_scale = 50;
  const Start start = begin_with(golden::model("clip77.pt"), options);
  EXPECT_NEAR(start.values.at("logit_scale").exp().item<double>(), 50, 1e-4);
}

TEST(MakeStart, RefusesOneTowerAlone) {
  const testing::TemporaryFolder folder;
  ConvertOptions text_only;
  text_only.towers = Towers::text;
  convert(golden::model("longclip248.pt"), folder / "text", text_only);
  for (const auto& file : {golden::data("../fuzz/corpus/checkpoint/clip_vision.pt"), folder / "text"}) {
    try {
      begin_with(file);
      FAIL() << file;
    } catch (const UnsupportedModel& error) {
      EXPECT_EQ(std::string(error.what()), file.string() + ": has one tower only, and training takes both");
    }
  }
}

}  // namespace
}  // namespace longclip::training
