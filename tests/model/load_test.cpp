#include <filesystem>
#include <fstream>
#include <functional>

#include <gtest/gtest.h>

#include "model/golden_model.h"

namespace longclip {
namespace {

template <class Failure>
std::string reason(const std::function<void()>& call) {
  try {
    call();
  } catch (const Failure& error) {
    return error.what();
  }
  return "";
}

std::filesystem::path one_tower(const testing::TemporaryFolder& folder, Towers towers) {
  ConvertOptions options;
  options.towers = towers;
  convert(golden::model("longclip248.safetensors"), folder / "p", options);
  return folder / "p";
}

TEST(Load, TellsWhatTheModelIs) {
  const ModelInfo& info = testing::golden_model().info();
  EXPECT_EQ(info.embedding_size, 32U);
  EXPECT_EQ(info.image_size, 224);
  EXPECT_EQ(info.context_length, 248U);
  EXPECT_EQ(info.vision.layers, 2);
  EXPECT_EQ(info.text.layers, 3);
  EXPECT_NEAR(info.logit_scale, 100, 1e-3);
  EXPECT_GE(info.threads, 1);
  EXPECT_GT(info.text.parameters, 49408U * 64U);
}

TEST(Load, AVisionTowerAloneEncodesImages) {
  const testing::TemporaryFolder folder;
  const Model model = Model::load(one_tower(folder, Towers::vision));
  EXPECT_EQ(model.encode_image({Image::read(golden::data("images/rgb.png"))}).cols(), 32U);
  EXPECT_NE(reason<UnsupportedModel>([&] { model.encode_text({"a"}); }).find("no text tower"), std::string::npos);
  EXPECT_THROW(model.tokenizer(), UnsupportedModel);
  EXPECT_THROW(model.encode_text_states({"a"}), UnsupportedModel);
}

TEST(Load, ATextTowerAloneEncodesTexts) {
  const testing::TemporaryFolder folder;
  const Model model = Model::load(one_tower(folder, Towers::text));
  EXPECT_EQ(model.encode_text({"a"}).cols(), 32U);
  EXPECT_NE(reason<UnsupportedModel>([&] { model.encode_image({}); }).find("no vision tower"), std::string::npos);
}

TEST(Load, LeavesATowerOutThatIsNotAskedFor) {
  const auto& package = testing::golden_package("longclip248.pt");
  const Model& both = testing::golden_model();
  for (const Towers towers : {Towers::vision, Towers::text}) {
    const bool vision = towers == Towers::vision;
    LoadOptions options;
    options.towers = towers;
    const Model model = Model::load(package, options);
    EXPECT_EQ(model.info().has_vision, vision);
    EXPECT_EQ(model.info().has_text, !vision);
    EXPECT_EQ(model.info().context_length, 248U);
    if (vision) {
      const auto crops = testing::golden_crops();
      EXPECT_EQ(testing::largest_difference(model.encode_image(crops), both.encode_image(crops)), 0);
    } else {
      EXPECT_EQ(testing::largest_difference(model.encode_text({"a"}), both.encode_text({"a"})), 0);
    }
    const std::string line =
        reason<UnsupportedModel>([&] { vision ? model.encode_text({"a"}) : model.encode_image({}); });
    EXPECT_NE(line.find(vision ? "loaded without its text tower" : "loaded without its vision tower"),
              std::string::npos)
        << line;
  }
}

// A tower that is left out is not read.
TEST(Load, DoesNotMindDamageToATowerThatIsLeftOut) {
  const testing::TemporaryFolder folder;
  std::filesystem::copy(testing::golden_package("longclip248.pt"), folder / "p",
                        std::filesystem::copy_options::recursive);
  std::ofstream(folder / "p/text.pt", std::ios::binary) << "no module";
  LoadOptions options;
  options.towers = Towers::vision;
  EXPECT_NO_THROW(Model::load(folder / "p", options));
  options.towers = Towers::text;
  EXPECT_THROW(Model::load(folder / "p", options), InvalidFile);
}

TEST(Load, RunsPackagesStoredInHalfPrecision) {
  const testing::TemporaryFolder folder;
  ConvertOptions options;
  options.precision = Precision::fp16;
  convert(golden::model("longclip248.pt"), folder / "p", options);
  // The golden weights are exact in fp16, so the features are those of the fp32 package.
  const Model model = Model::load(folder / "p");
  EXPECT_LE(testing::largest_difference(model.encode_text(testing::golden_texts(), {.overflow = Overflow::truncate}),
                                        golden::read_npy<float>(golden::model("text_features_248.npy"))),
            1e-4);
}

TEST(Load, ComputesInBfloat16WhenAsked) {
  LoadOptions options;
  options.precision = Precision::bf16;
  // Where the processor has no instructions for it, that engine must be asked for by its name.
  if (kernel::find_kernels(Precision::bf16) == nullptr) options.engine = Engine::torchscript;
  const Model model = Model::load(testing::golden_package("longclip248.pt"), options);
  const auto wanted = testing::as_matrix(golden::read_npy<float>(golden::model("image_features.npy"))).normalized();
  const Matrix features = model.encode_image(testing::golden_crops()).normalized();
  for (std::size_t i = 0; i < features.rows(); ++i) {
    double cosine = 0;
    for (std::size_t j = 0; j < features.cols(); ++j) cosine += static_cast<double>(features(i, j)) * wanted(i, j);
    EXPECT_GT(cosine, 0.999) << i;
    EXPECT_LT(cosine, 0.99999999) << "that is float32's precision: bf16 was not used";
  }
}

TEST(Load, RefusesHalfPrecisionOnTheCpu) {
  LoadOptions options;
  options.precision = Precision::fp16;
  EXPECT_NE(
      reason<UnsupportedModel>([&] { Model::load(testing::golden_package("longclip248.pt"), options); }).find("bf16"),
      std::string::npos);
}

TEST(Load, NamesADeviceThatIsNotThere) {
  LoadOptions options;
  options.device = "cuda:1000";
  EXPECT_NE(
      reason<DeviceError>([&] { Model::load(testing::golden_package("longclip248.pt"), options); }).find("cuda:1000"),
      std::string::npos);
  for (const char* name : {"gpu", "cuda:", "cuda:x", "cuda:-1", ""}) {
    options.device = name;
    EXPECT_THROW(Model::load(testing::golden_package("longclip248.pt"), options), InvalidInput) << name;
  }
}

TEST(Load, ADamagedTowerIsAnErrorThatNamesIt) {
  const testing::TemporaryFolder folder;
  std::filesystem::copy(testing::golden_package("longclip248.pt"), folder / "p",
                        std::filesystem::copy_options::recursive);
  std::string bytes = golden::read_bytes(folder / "p/vision.pt");
  for (const std::size_t at : {std::size_t{0}, bytes.size() / 2, bytes.size() - 30}) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x55);
    std::ofstream(folder / "p/vision.pt", std::ios::binary) << changed;
    const std::string line = reason<InvalidFile>([&] { Model::load(folder / "p"); });
    EXPECT_NE(line.find("vision.pt"), std::string::npos) << at;
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
  }
  for (const std::size_t length : {std::size_t{0}, std::size_t{100}, bytes.size() / 2, bytes.size() - 1}) {
    std::ofstream(folder / "p/vision.pt", std::ios::binary) << bytes.substr(0, length);
    EXPECT_THROW(Model::load(folder / "p"), InvalidFile) << length;
  }
}

TEST(Load, ADamagedTokenizerIsAnErrorThatNamesIt) {
  const testing::TemporaryFolder folder;
  std::filesystem::copy(testing::golden_package("longclip248.pt"), folder / "p",
                        std::filesystem::copy_options::recursive);
  const auto file = folder / "p/tokenizer.bpe.gz";
  std::string bytes = golden::read_bytes(file);
  bytes[9] = static_cast<char>(bytes[9] ^ 1);  // which system packed it: no reader of gzip minds
  std::ofstream(file, std::ios::binary) << bytes;
  EXPECT_NE(reason<InvalidFile>([&] { Model::load(folder / "p"); }).find("tokenizer.bpe.gz"), std::string::npos);
  LoadOptions unverified;
  unverified.verify = false;
  EXPECT_NO_THROW(Model::load(folder / "p", unverified));
}

TEST(Load, RefusesATokenizerOfAnotherKindThanItsConfigSays) {
  const testing::TemporaryFolder folder;
  std::filesystem::copy(testing::golden_package("longclip248.pt"), folder / "p",
                        std::filesystem::copy_options::recursive);
  auto config = testing::read_json(folder / "p/config.json");
  config["text"]["tokenizer"]["kind"] = "sentencepiece";
  std::ofstream(folder / "p/config.json") << config;
  const std::string line = reason<InvalidFile>([&] { Model::load(folder / "p"); });
  EXPECT_NE(line.find("clip-bpe, and config.json says sentencepiece"), std::string::npos) << line;
}

TEST(Load, AModelThatWasMovedFromSaysSo) {
  Model model = Model::load(testing::golden_package("longclip248.pt"));
  const Model taken = std::move(model);
  EXPECT_EQ(taken.info().embedding_size, 32U);
  EXPECT_EQ(model.info().embedding_size, 0U);
  EXPECT_NE(reason<InvalidInput>([&] { model.encode_text({"a"}); }).find("moved from"), std::string::npos);
  EXPECT_THROW(model.encode_image({}), InvalidInput);
  EXPECT_THROW(model.encode_text_states({"a"}), InvalidInput);
  EXPECT_THROW(model.tokenizer(), InvalidInput);
}

TEST(Load, RefusesATokenizerLargerThanTheVocabulary) {
  const testing::TemporaryFolder folder;
  std::filesystem::copy(testing::golden_package("longclip248.pt"), folder / "p",
                        std::filesystem::copy_options::recursive);
  auto config = testing::read_json(folder / "p/config.json");
  config["text"]["vocabulary_size"] = 49407;
  std::ofstream(folder / "p/config.json") << config;
  EXPECT_NE(reason<InvalidFile>([&] { Model::load(folder / "p"); }).find("vocabulary"), std::string::npos);
}

}  // namespace
}  // namespace longclip
