// Features against the published Python code's, for every checkpoint format.
#include <gtest/gtest.h>

#include "model/golden_model.h"

namespace longclip {
namespace {

using testing::largest_difference;

constexpr double feature_tolerance = 1e-4;
constexpr double cosine_tolerance = 2e-6;

TextOptions truncating() {
  TextOptions options;
  options.overflow = Overflow::truncate;
  return options;
}

class GoldenFeatures : public ::testing::TestWithParam<const char*> {};

TEST_P(GoldenFeatures, OfImages) {
  const auto wanted = golden::read_npy<float>(golden::model("image_features.npy"));
  for (const Engine engine : testing::engines()) {
    const Matrix features = testing::load_golden(GetParam(), engine).encode_image(testing::golden_crops());
    EXPECT_LE(largest_difference(features, wanted), feature_tolerance);
  }
}

TEST_P(GoldenFeatures, OfTextsUpTo248Tokens) {
  const bool is_clip77 = std::string(GetParam()).starts_with("clip77");
  const auto wanted = golden::read_npy<float>(
      golden::model(is_clip77 ? "text_features_clip77_stretched.npy" : "text_features_248.npy"));
  for (const Engine engine : testing::engines()) {
    const Matrix features = testing::load_golden(GetParam(), engine).encode_text(testing::golden_texts(), truncating());
    EXPECT_LE(largest_difference(features, wanted), feature_tolerance);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryFormat, GoldenFeatures,
                         ::testing::Values("longclip248.pt", "longclip248_nested.pt", "longclip248_module.pt",
                                           "longclip248_legacy.pt", "longclip248_gmp.pt", "longclip248.safetensors",
                                           "hf", "clip77.pt", "clip77_jit.pt"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

TEST(GoldenUnstretched, TextFeaturesOfA77TokenModel) {
  const auto wanted = golden::read_npy<float>(golden::model("text_features_clip77_raw.npy"));
  const auto rows =
      testing::read_json(golden::model("manifest.json"))["arrays"]["text_features_clip77_raw.npy"]["text_rows"];
  std::vector<std::string> texts;
  for (const std::size_t row : rows) texts.push_back(testing::golden_texts()[row]);
  for (const Engine engine : testing::engines()) {
    const Model model = testing::load_golden("clip77.pt", engine, 1);
    EXPECT_EQ(model.info().context_length, 77U);
    EXPECT_LE(largest_difference(model.encode_text(texts), wanted), feature_tolerance);
  }
}

// Pictures from their own files, so that decoding and resizing stand in the way of the features.
// Not among them: 16-bit grey, which we scale and the reference clips, and CMYK (within 2 levels).
TEST(GoldenFiles, FeaturesOfTheFilesThemselves) {
  const auto wanted = golden::read_npy<float>(golden::model("image_features.npy"));
  const auto manifest = testing::read_json(golden::data("images/manifest.json"))["images"];
  std::vector<Image> images;
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < manifest.size(); ++i) {
    const std::string file = manifest[i]["file"];
    if (file == "grey16.png" || file == "cmyk.jpg") continue;
    images.push_back(Image::read(golden::data("images/" + file)));
    rows.push_back(i);
  }
  ASSERT_GE(rows.size(), 25U);
  const Matrix features = testing::golden_model().encode_image(images);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < features.cols(); ++j) {
      ASSERT_NEAR(features(i, j), wanted(rows[i], j), feature_tolerance) << images[i].name();
    }
  }
}

TEST(GoldenSimilarity, CosinesLogitsAndProbabilities) {
  const auto image_features = testing::as_matrix(golden::read_npy<float>(golden::model("image_features.npy")));
  const auto text_features = testing::as_matrix(golden::read_npy<float>(golden::model("text_features_248.npy")));
  const auto logits = golden::read_npy<float>(golden::model("logits_per_image.npy"));
  const auto wanted_probabilities = golden::read_npy<float>(golden::model("probs_per_image.npy"));
  for (const Engine engine : testing::engines()) {
    const Model& model = testing::golden_model(engine);
    const Matrix cosines = similarity(model.encode_image(testing::golden_crops()),
                                      model.encode_text(testing::golden_texts(), truncating()));
    // Cosines of the golden features, in double, are the yardstick: golden logits carry the
    // rounding of a product with 100.
    double largest = 0;
    for (std::size_t i = 0; i < cosines.rows(); ++i) {
      for (std::size_t j = 0; j < cosines.cols(); ++j) {
        double dot = 0, a = 0, b = 0;
        for (std::size_t k = 0; k < image_features.cols(); ++k) {
          dot += static_cast<double>(image_features(i, k)) * text_features(j, k);
          a += static_cast<double>(image_features(i, k)) * image_features(i, k);
          b += static_cast<double>(text_features(j, k)) * text_features(j, k);
        }
        largest = std::max(largest, std::abs(cosines(i, j) - dot / std::sqrt(a * b)));
        ASSERT_NEAR(cosines(i, j) * model.info().logit_scale, logits(i, j), 3e-4);
      }
    }
    EXPECT_LE(largest, cosine_tolerance);
    EXPECT_LE(largest_difference(probabilities(cosines, model.info().logit_scale), wanted_probabilities), 1e-4);
  }
}

}  // namespace
}  // namespace longclip
