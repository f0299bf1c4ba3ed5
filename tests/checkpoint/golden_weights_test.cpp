// Every format of the golden model gives the same weights.

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "checkpoint/clip_weights.h"
#include "checkpoint/tensor.h"
#include "golden/golden.h"

namespace longclip::checkpoint {
namespace {

struct Read {
  Checkpoint checkpoint;
  ClipWeights weights;
};

Read read(const std::string& name) {
  Checkpoint checkpoint = read_checkpoint(golden::model(name));
  ClipWeights weights = clip_weights(checkpoint);
  return {std::move(checkpoint), std::move(weights)};
}

std::map<std::string, Tensor> all(const ClipWeights& weights) {
  std::map<std::string, Tensor> tensors = weights.vision;
  tensors.insert(weights.text.begin(), weights.text.end());
  return tensors;
}

// The largest difference of any element, for the same names and shapes.
double largest_difference(const std::map<std::string, Tensor>& a, const std::map<std::string, Tensor>& b) {
  EXPECT_EQ(a.size(), b.size());
  double largest = 0;
  for (const auto& [name, tensor] : a) {
    const auto other = b.find(name);
    if (other == b.end() || other->second.shape != tensor.shape) {
      ADD_FAILURE() << name << " is missing or of another shape";
      continue;
    }
    const auto left = to_float(tensor);
    const auto right = to_float(other->second);
    for (std::size_t i = 0; i < left.size(); ++i) {
      // A NaN must not pass for equal.
      const double difference = std::abs(static_cast<double>(left[i]) - right[i]);
      if (!(difference <= largest)) largest = difference;
    }
  }
  return largest;
}

class SameWeights : public testing::TestWithParam<const char*> {};

TEST_P(SameWeights, AsThePlainStateDict) {
  const Read plain = read("longclip248.pt");
  const Read other = read(GetParam());
  EXPECT_EQ(largest_difference(all(plain.weights), all(other.weights)), 0);
  EXPECT_EQ(other.weights.architecture.context_length, 248);
  EXPECT_NEAR(other.weights.logit_scale, std::log(100.0), 5e-4);  // fp16 holds 4.60546875
  EXPECT_TRUE(other.weights.extra.empty());
}

INSTANTIATE_TEST_SUITE_P(Golden, SameWeights,
                         testing::Values("longclip248_nested.pt", "longclip248_module.pt", "longclip248_legacy.pt",
                                         "longclip248.safetensors", "hf"));

TEST(GoldenWeights, AreSevenSizesOfATinyModel) {
  const ClipWeights weights = read("longclip248.pt").weights;
  const Architecture& a = weights.architecture;
  EXPECT_EQ(a.image_size, 224);
  EXPECT_EQ(a.patch_size, 32);
  EXPECT_EQ(a.vision.width, 64);
  EXPECT_EQ(a.vision.layers, 2);
  EXPECT_EQ(a.vision.heads, 1);
  EXPECT_EQ(a.vision.mlp, 256);
  EXPECT_EQ(a.text.width, 64);
  EXPECT_EQ(a.text.layers, 3);
  EXPECT_EQ(a.text.heads, 1);
  EXPECT_EQ(a.text.mlp, 256);
  EXPECT_EQ(a.embedding_size, 32);
  EXPECT_EQ(a.vocabulary_size, 49408);
  EXPECT_EQ(a.context_length, 248);
  EXPECT_EQ(a.activation, "quick_gelu");
}

TEST(GoldenWeights, HoldTheNumbersThatTheManifestStates) {
  const ClipWeights weights = read("longclip248.pt").weights;
  EXPECT_FLOAT_EQ(weights.logit_scale, static_cast<float>(std::log(100.0)));
  for (const float value : to_float(weights.text.at("token_embedding.weight"))) ASSERT_EQ(std::abs(value), 0.25f);
}

TEST(GoldenWeights, GeometricParametrisationIsFolded) {
  const Read plain = read("longclip248.pt");
  const Read folded = read("longclip248_gmp.pt");
  const double difference = largest_difference(all(plain.weights), all(folded.weights));
  RecordProperty("largest_difference", std::to_string(difference));
  EXPECT_LE(difference, 1e-7);  // weights of about 0.1: rounding of float32
  EXPECT_TRUE(folded.weights.extra.empty());
}

TEST(GoldenWeights, TorchScriptHoldsTheStateDict) {
  const Read plain = read("clip77.pt");
  const Read script = read("clip77_jit.pt");
  EXPECT_EQ(largest_difference(all(plain.weights), all(script.weights)), 0);
  EXPECT_EQ(script.weights.architecture.context_length, 77);
  EXPECT_TRUE(script.weights.extra.empty());
}

TEST(GoldenWeights, AnUnstretchedModelSharesTheVisionTower) {
  EXPECT_EQ(largest_difference(read("longclip248.pt").weights.vision, read("clip77.pt").weights.vision), 0);
}

TEST(GoldenWeights, PositionTablesAreMergedAtRowTwenty) {
  const Read longer = read("longclip248.pt");
  const auto merged = to_float(longer.weights.text.at("positional_embedding"));
  const auto first = to_float(longer.checkpoint.tensors.at("positional_embedding"));
  const auto second = to_float(longer.checkpoint.tensors.at("positional_embedding_res"));
  constexpr std::size_t kWidth = 64;
  ASSERT_EQ(merged.size(), 248 * kWidth);
  for (std::size_t i = 0; i < merged.size(); ++i) ASSERT_EQ(merged[i], (i < 20 * kWidth ? first : second)[i]) << i;
}

TEST(GoldenWeights, SayWhatTheFileIs) {
  struct Expected {
    const char* file;
    const char* format;
    const char* positions;
    const char* precision;
  };
  for (const Expected& expected : {
           Expected{"longclip248.pt", "PyTorch zip", "248, merged from two tables", "fp32"},
           Expected{"longclip248_nested.pt", "PyTorch zip, nested under state_dict", "248, merged from two tables",
                    "fp16"},
           Expected{"longclip248_module.pt", "PyTorch zip, names under module", "248, merged from two tables", "fp16"},
           Expected{"longclip248_legacy.pt", "PyTorch legacy pickle", "248, merged from two tables", "fp16"},
           Expected{"longclip248.safetensors", "safetensors", "248, merged from two tables", "fp16"},
           Expected{"hf", "Hugging Face folder, safetensors", "248, one table", "fp16 and fp32"},
           Expected{"clip77.pt", "PyTorch zip", "77, not stretched", "fp16 and fp32"},
           Expected{"clip77_jit.pt", "TorchScript archive", "77, not stretched", "fp16 and fp32"},
       }) {
    const Read read_file = read(expected.file);
    EXPECT_EQ(read_file.checkpoint.format, expected.format);
    EXPECT_EQ(read_file.weights.positions, expected.positions) << expected.file;
    EXPECT_EQ(read_file.weights.precision, expected.precision) << expected.file;
  }
}

TEST(GoldenWeights, TellNothingByTheFilesName) {
  const auto copy = std::filesystem::path(testing::TempDir()) / "longclip248.safetensors";
  std::filesystem::copy_file(golden::model("longclip248_legacy.pt"), copy,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(read_checkpoint(copy).format, "PyTorch legacy pickle");
  std::filesystem::remove(copy);
}

TEST(GoldenWeights, AHuggingFaceFileAloneIsKnownByItsNames) {
  const Read folder = read("hf");
  const Read file = read("hf/model.safetensors");
  EXPECT_EQ(largest_difference(all(folder.weights), all(file.weights)), 0);
  EXPECT_TRUE(folder.checkpoint.notes.empty());
  ASSERT_EQ(file.checkpoint.notes.size(), 1u);
  EXPECT_NE(file.checkpoint.notes[0].find("config.json"), std::string::npos);
}

}  // namespace
}  // namespace longclip::checkpoint
