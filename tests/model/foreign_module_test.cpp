// TorchScript made elsewhere, with names and code of its own, runs if it keeps the contract of
// docs/package.md.
#include <ATen/Parallel.h>
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
    "text": {"context_length": 16, "vocabulary_size": 512, "width": 4, "layers": 1, "heads": 1, "pad_id": 7,
             "tokenizer": {"kind": "sentencepiece", "file": "tokenizer.model"}}})";
  return folder / "p";
}

Image grey_square() {
  const std::vector<std::uint8_t> grey(64, 128);
  return Image::from_pixels({grey.data(), 8, 8, PixelFormat::grey});
}

// Why a module cannot encode a grey square; empty if it does.
std::string refusal(const Model& model) {
  try {
    model.encode_image({grey_square()});
  } catch (const Error& error) {
    return error.what();
  }
  return "";
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

// What it computes is its own.
TEST(ForeignModule, IsNotRunByTheNativeEngine) {
  const testing::TemporaryFolder folder;
  const auto package = foreign_package(folder, mean_colour, token_sum);
  EXPECT_EQ(Model::load(package).info().vision.engine, "torchscript");
  LoadOptions options;
  options.engine = Engine::native;
  EXPECT_THROW(Model::load(package, options), UnsupportedModel);
  EXPECT_EQ(inspect(package).engine.find("torchscript: "), 0u) << inspect(package).engine;
}

// A checkpoint with such a buffer is refused; a module may have what it likes.
TEST(ForeignModule, MayHoldWhatNoCheckpointHolds) {
  const testing::TemporaryFolder folder;
  const auto package = foreign_package(folder, mean_colour, token_sum);
  torch::jit::Module module = torch::jit::load((package / "vision.pt").string());
  module.register_buffer("phases", torch::ones({2}, at::kComplexFloat));
  module.save((package / "vision.pt").string());
  const Model model = Model::load(package);
  EXPECT_EQ(model.info().vision.engine, "torchscript");
  EXPECT_EQ(refusal(model), "");
  EXPECT_EQ(inspect(package).engine.find("torchscript: vision.pt: it is not plain data ("), 0U)
      << inspect(package).engine;
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
  EXPECT_NE(refusal(model).find("vision.pt"), std::string::npos);
}

TEST(ForeignModule, ThatFailsInsideIsAnErrorThatGivesTheReason) {
  const testing::TemporaryFolder folder;
  const Model model = Model::load(foreign_package(
      folder, "def forward(self, pixels):\n    return torch.matmul(pixels, torch.ones([5, 5]))\n", token_sum));
  const int threads = at::get_num_threads();
  const std::string line = refusal(model);
  EXPECT_TRUE(line.starts_with((folder / "p/vision.pt").string() + ": forward failed: ")) << line;
  EXPECT_NE(line.find("shapes cannot be multiplied"), std::string::npos) << line;
  EXPECT_EQ(line.find("\\n"), std::string::npos) << line;
  EXPECT_EQ(at::get_num_threads(), threads);
}

TEST(ForeignModule, ThatRaisesIsQuoted) {
  const testing::TemporaryFolder folder;
  const Model model = Model::load(foreign_package(folder,
                                                  "def forward(self, pixels):\n"
                                                  "    assert pixels.size(0) < 0, \"no picture of mine\"\n"
                                                  "    return torch.mean(pixels, [2, 3])\n",
                                                  token_sum));
  const std::string line = refusal(model);
  EXPECT_TRUE(line.ends_with("no picture of mine")) << line;
  EXPECT_NE(line.find("forward failed: "), std::string::npos) << line;
}

TEST(ForeignModule, ThatBreaksTheContractIsToldHow) {
  const std::pair<const char*, const char*> cases[] = {
      {"torch.mean(pixels, [2, 3])", "returns a tensor of [1, 3], and config.json says [1, 4]"},
      {"torch.ones([1, 4]) / 0.0", "NaN or infinity"},
      {"torch.sqrt(-torch.ones([1, 4]))", "NaN or infinity"},
      {"torch.ones([1, 4]).long()", "floating-point"},
      {"torch.complex(torch.ones([1, 4]), torch.ones([1, 4]))", "floating-point"},
      {"(pixels, pixels)", "does not return a tensor"},
      {"None", "does not return a tensor"},
  };
  for (const auto& [result, reason] : cases) {
    const testing::TemporaryFolder folder;
    const Model model = Model::load(
        foreign_package(folder, "def forward(self, pixels):\n    return " + std::string(result) + "\n", token_sum));
    EXPECT_NE(refusal(model).find(reason), std::string::npos) << result << ": " << refusal(model);
  }
}

TEST(ForeignModule, MayReturnAnyFloatingPointType) {
  for (const std::string conversion : {"double", "half"}) {
    const testing::TemporaryFolder folder;
    const std::string vision =
        "def forward(self, pixels):\n    return (torch.ones([1, 4]) * 0.5)." + conversion + "()\n";
    const Model model = Model::load(foreign_package(folder, vision, token_sum));
    EXPECT_EQ(model.encode_image({grey_square()})(0, 3), 0.5F) << conversion;
  }
}

TEST(ForeignModule, HasItsStatesChecked) {
  const testing::TemporaryFolder folder;
  const std::string states =
      "def states(self, ids, layer: int, final_norm: bool):\n"
      "    x = torch.embedding(self.table, ids)\n"
      "    if layer == 0:\n        return x[:, 1:]\n"
      "    return x * float(layer)\n";
  const Model model = Model::load(foreign_package(folder, mean_colour, token_sum + states));
  const auto of_layer = [&](int layer) {
    StateOptions options;
    options.layer = layer;
    return model.encode_text_states({"a cat"}, options).at(0);
  };
  EXPECT_EQ(of_layer(1).rows(), 16U);
  EXPECT_EQ(of_layer(-1)(15, 3), -1.0F);
  EXPECT_THROW(of_layer(0), Error);
}

TEST(ForeignModule, GetsThePadIdOfItsConfig) {
  const testing::TemporaryFolder folder;
  const char* last_id = "def forward(self, ids):\n    return ids[:, -1:].float() * torch.ones([1, 4])\n";
  const Model model = Model::load(foreign_package(folder, mean_colour, last_id));
  ASSERT_NE(model.tokenizer().pad_id(), 7);
  EXPECT_EQ(model.encode_text({"a", "a cat and a dog"})(0, 0), 7.0F);
}

TEST(ForeignModule, WithoutForwardIsRefusedAtLoad) {
  const testing::TemporaryFolder folder;
  EXPECT_THROW(Model::load(foreign_package(folder, "def other(self, x):\n    return x\n", token_sum)), InvalidFile);
}

}  // namespace
}  // namespace longclip
