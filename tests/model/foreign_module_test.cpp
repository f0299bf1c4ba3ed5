// TorchScript made elsewhere, with names and code of its own, runs if it keeps the contract of
// docs/package.md.
#include <gtest/gtest.h>
#include <torch/script.h>

#include "model/golden_model.h"

namespace longclip {
namespace {

std::filesystem::path foreign_package(const testing::TemporaryFolder& folder, const std::string& vision,
                                      const std::string& text) {
  std::filesystem::create_directory(folder / "p");
  torch::jit::Module image_module("Foreign");
  image_module.register_parameter("w", torch::ones({3, 4}), false);
  image_module.define(vision);
  image_module.save((folder / "p/vision.pt").string());
  torch::jit::Module text_module("ForeignText");
  text_module.register_parameter("table", torch::ones({512, 4}), false);
  text_module.define(text);
  text_module.save((folder / "p/text.pt").string());
  std::filesystem::copy(golden::data("tokenizer/sentencepiece/tiny_unigram.model"), folder / "p/tokenizer.model");
  std::ofstream(folder / "p/config.json") << R"({"format": "longclip-package", "format_version": 1, "name": "foreign",
    "embedding_size": 4, "logit_scale": 10,
    "image": {"size": 8, "patch": 8, "mean": [0, 0, 0], "std": [1, 1, 1], "interpolation": "bicubic",
              "width": 4, "layers": 1, "heads": 1},
    "text": {"context_length": 16, "vocabulary_size": 512, "width": 4, "layers": 1, "heads": 1, "pad_id": 3,
             "tokenizer": {"kind": "sentencepiece", "file": "tokenizer.model"}}})";
  return folder / "p";
}

constexpr const char* mean_colour =
    "def forward(self, pixels):\n"
    "    return torch.matmul(torch.mean(pixels, [2, 3]), self.w)\n";
constexpr const char* token_sum =
    "def forward(self, ids):\n"
    "    return torch.sum(torch.embedding(self.table, ids), 1)\n";

TEST(ForeignModule, RunsByItsContractAlone) {
  const testing::TemporaryFolder folder;
  const Model model = Model::load(foreign_package(folder, mean_colour, token_sum));
  std::vector<std::uint8_t> red(8 * 8 * 3, 0);
  for (std::size_t i = 0; i < red.size(); i += 3) red[i] = 255;
  const Matrix image = model.encode_image({Image::from_pixels({red.data(), 8, 8, PixelFormat::rgb})});
  for (const float value : image.row(0)) EXPECT_FLOAT_EQ(value, 1.0F);
  const auto ids = model.tokenizer().count("a cat");
  const Matrix text = model.encode_text({"a cat"});
  for (const float value : text.row(0)) EXPECT_FLOAT_EQ(value, static_cast<float>(ids));
  EXPECT_EQ(model.info().logit_scale, 10.0F);
}

TEST(ForeignModule, WithoutStatesSaysSo) {
  const testing::TemporaryFolder folder;
  const Model model = Model::load(foreign_package(folder, mean_colour, token_sum));
  EXPECT_THROW(model.encode_text_states({"a cat"}), UnsupportedModel);
}

TEST(ForeignModule, OfAnotherWidthThanItsConfigIsAnErrorNotAWrongAnswer) {
  const testing::TemporaryFolder folder;
  const Model model = Model::load(
      foreign_package(folder, "def forward(self, pixels):\n    return torch.mean(pixels, [2, 3])\n", token_sum));
  std::vector<std::uint8_t> grey(64, 128);
  try {
    model.encode_image({Image::from_pixels({grey.data(), 8, 8, PixelFormat::grey})});
    FAIL() << "three values were taken for four";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("vision.pt"), std::string::npos);
  }
}

TEST(ForeignModule, ThatFailsInsideIsAnErrorOfOurs) {
  const testing::TemporaryFolder folder;
  const Model model = Model::load(foreign_package(
      folder, "def forward(self, pixels):\n    return torch.matmul(pixels, torch.ones([5, 5]))\n", token_sum));
  std::vector<std::uint8_t> grey(64, 128);
  EXPECT_THROW(model.encode_image({Image::from_pixels({grey.data(), 8, 8, PixelFormat::grey})}), Error);
}

TEST(ForeignModule, WithoutForwardIsRefusedAtLoad) {
  const testing::TemporaryFolder folder;
  EXPECT_THROW(Model::load(foreign_package(folder, "def other(self, x):\n    return x\n", token_sum)), InvalidFile);
}

}  // namespace
}  // namespace longclip
