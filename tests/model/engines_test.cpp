// The native engine against the TorchScript, and which of them runs what.
#include <cmath>

#include <gtest/gtest.h>

#include "model/golden_model.h"

namespace longclip {
namespace {

// Largest absolute difference of normalised rows.
double difference_of_directions(const Matrix& a, const Matrix& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.rows(); ++i) {
    double square_of_a = 0;
    double square_of_b = 0;
    for (std::size_t j = 0; j < a.cols(); ++j) {
      square_of_a += static_cast<double>(a(i, j)) * a(i, j);
      square_of_b += static_cast<double>(b(i, j)) * b(i, j);
    }
    for (std::size_t j = 0; j < a.cols(); ++j) {
      largest = std::max(largest, std::abs(a(i, j) / std::sqrt(square_of_a) - b(i, j) / std::sqrt(square_of_b)));
    }
  }
  return largest;
}

TEST(NativeEngine, IsTakenForClipsParametersAndGivesTheFeaturesOfTheTorchScript) {
  const Model& native = testing::golden_model();
  const Model& torchscript = testing::golden_model(Engine::torchscript);
  const std::string expected = kernel::find_kernels() != nullptr ? "native" : "torchscript";
  EXPECT_EQ(native.info().vision.engine, expected);
  EXPECT_EQ(native.info().text.engine, expected);
  EXPECT_EQ(torchscript.info().vision.engine, "torchscript");
  EXPECT_EQ(native.info().vision.parameters, torchscript.info().vision.parameters);
  EXPECT_EQ(native.info().text.layers, torchscript.info().text.layers);
  TextOptions truncating;
  truncating.overflow = Overflow::truncate;
  const auto texts = testing::golden_texts();
  const auto crops = testing::golden_crops();
  EXPECT_LE(difference_of_directions(native.encode_text(texts, truncating), torchscript.encode_text(texts, truncating)),
            2e-6);
  EXPECT_LE(difference_of_directions(native.encode_image(crops), torchscript.encode_image(crops)), 2e-6);
}

// On whose threads, and beside whom, a row is computed must not be seen in it.
TEST(NativeEngine, GivesARowTheSameOnAnyNumberOfThreads) {
  const auto texts = testing::golden_texts();
  TextOptions truncating;
  truncating.overflow = Overflow::truncate;
  std::vector<float> first;
  for (const int threads : {1, 2, 3}) {
    LoadOptions options;
    options.threads = threads;
    const Model model = Model::load(testing::golden_package("longclip248.pt"), options);
    const Matrix all = model.encode_text(texts, truncating);
    const std::vector<float> values(all.data(), all.data() + all.rows() * all.cols());
    if (first.empty()) first = values;
    EXPECT_TRUE(values == first) << threads;
    const Matrix one = model.encode_text({texts[3]}, truncating);
    EXPECT_TRUE(std::equal(one.data(), one.data() + one.cols(), all.row(3).begin())) << threads;
  }
}

TEST(NativeEngine, LeavesOtherPrecisionsToTheTorchScriptOrSaysSo) {
  LoadOptions options;
  options.precision = Precision::bf16;
  EXPECT_EQ(Model::load(testing::golden_package("longclip248.pt"), options).info().text.engine, "torchscript");
  options.engine = Engine::native;
  try {
    Model::load(testing::golden_package("longclip248.pt"), options);
    FAIL();
  } catch (const UnsupportedModel& error) {
    EXPECT_NE(std::string(error.what()).find("the native engine cannot run it"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace longclip
