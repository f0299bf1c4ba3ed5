// The native engine against the TorchScript, and which of them runs what.
#include <cmath>

#include <gtest/gtest.h>

#include "directions.h"
#include "kernel/each_kernel.h"
#include "model/golden_model.h"

namespace longclip {
namespace {

TextOptions truncating() {
  TextOptions options;
  options.overflow = Overflow::truncate;
  return options;
}

TEST(NativeEngine, IsTakenForClipsParametersAndGivesTheFeaturesOfTheTorchScript) {
  const Model& native = testing::golden_model();
  const Model& torchscript = testing::golden_model(Engine::torchscript);
  const std::string expected = kernel::find_kernels(Precision::fp32) != nullptr ? "native" : "torchscript";
  EXPECT_EQ(native.info().vision.engine, expected);
  EXPECT_EQ(native.info().text.engine, expected);
  EXPECT_EQ(torchscript.info().vision.engine, "torchscript");
  EXPECT_EQ(native.info().vision.parameters, torchscript.info().vision.parameters);
  EXPECT_EQ(native.info().text.layers, torchscript.info().text.layers);
  const auto texts = testing::golden_texts();
  const auto crops = testing::golden_crops();
  EXPECT_LE(testing::difference_of_directions(native.encode_text(texts, truncating()),
                                              torchscript.encode_text(texts, truncating())),
            2e-6);
  EXPECT_LE(testing::difference_of_directions(native.encode_image(crops), torchscript.encode_image(crops)), 2e-6);
}

// Those that this processor's instructions are for.
std::vector<Precision> native_precisions() {
  std::vector<Precision> precisions;
  for (const auto precision : {Precision::fp32, Precision::bf16, Precision::int8}) {
    if (kernel::find_kernels(precision) != nullptr) precisions.push_back(precision);
  }
  return precisions;
}

Model load_native(Precision precision, int threads = 0) {
  LoadOptions options;
  options.engine = Engine::native;
  options.precision = precision;
  options.threads = threads;
  return Model::load(testing::golden_package("longclip248.pt"), options);
}

// The stated tolerances (docs/performance.md). The golden model's features are 32 numbers wide: roundings do not
// average out as they do in a large one.
double least_cosine(Precision precision) {
  return precision == Precision::fp32 ? 0.99999 : precision == Precision::bf16 ? 0.9999 : 0.995;
}

TEST(NativeEngine, KeepsTheReferencesDirectionsInEachPrecision) {
  const Matrix images = testing::as_matrix(golden::read_npy<float>(golden::model("image_features.npy")));
  const Matrix texts = testing::as_matrix(golden::read_npy<float>(golden::model("text_features_248.npy")));
  testing::for_each_kernel([&](Precision precision) {
    const Model model = load_native(precision);
    EXPECT_EQ(model.info().vision.precision, precision);
    EXPECT_EQ(model.info().text.engine, "native");
    const Matrix of_images = model.encode_image(testing::golden_crops());
    const Matrix of_texts = model.encode_text(testing::golden_texts(), truncating());
    EXPECT_GE(testing::smallest_cosine(of_images, images), least_cosine(precision));
    EXPECT_GE(testing::smallest_cosine(of_texts, texts), least_cosine(precision));
    if (precision == Precision::fp32) {
      EXPECT_LE(testing::difference_of_directions(of_images, images), 2e-6);
      EXPECT_LE(testing::difference_of_directions(of_texts, texts), 2e-6);
    } else {
      EXPECT_LT(testing::smallest_cosine(of_texts, texts), 0.9999995) << "that is float32's precision";
    }
  });
}

// The reference reads each text padded to the context, of which either engine takes what counts.
TEST(Engines, NeedNoPaddingForThePaddedResult) {
  const Matrix texts = testing::as_matrix(golden::read_npy<float>(golden::model("text_features_248.npy")));
  const Matrix features = testing::golden_model().encode_text(testing::golden_texts(), truncating());
  EXPECT_LE(testing::difference_of_directions(features, texts), 1e-6);
}

TEST(NativeEngine, KeepsTheStatesDirectionsInEachPrecision) {
  auto texts = testing::golden_texts();
  texts.resize(6);
  StateOptions options;
  options.overflow = Overflow::truncate;
  const auto wanted = testing::golden_model(Engine::torchscript).encode_text_states(texts, options);
  for (const auto precision : native_precisions()) {
    SCOPED_TRACE(to_string(precision));
    const auto states = load_native(precision).encode_text_states(texts, options);
    ASSERT_EQ(states.size(), wanted.size());
    for (std::size_t i = 0; i < states.size(); ++i) {
      ASSERT_EQ(states[i].rows(), 248U);
      // Of a single token, where less averages out than in a feature.
      EXPECT_LE(1 - testing::smallest_cosine(states[i], wanted[i]), 3 * (1 - least_cosine(precision))) << i;
    }
  }
}

std::string refusal(const LoadOptions& options) {
  try {
    Model::load(testing::golden_package("longclip248.pt"), options);
  } catch (const UnsupportedModel& error) {
    return error.what();
  }
  return "none";
}

TEST(NativeEngine, IsNotTakenWhereTheProcessorLacksTheInstructions) {
  const testing::LimitedInstructions limit(kernel::Instructions::none);
  LoadOptions options;
  EXPECT_EQ(Model::load(testing::golden_package("longclip248.pt"), options).info().vision.engine, "torchscript");
  options.precision = Precision::automatic;
  EXPECT_EQ(Model::load(testing::golden_package("longclip248.pt"), options).info().text.precision, Precision::fp32);
  options.precision = Precision::bf16;
  EXPECT_NE(refusal(options).find("lacks AVX512_BF16"), std::string::npos);
  options.precision = Precision::int8;
  EXPECT_NE(refusal(options).find("lacks AVX512_VNNI"), std::string::npos);
}

// On whose threads, and beside whom, a row is computed must not be seen in it.
TEST(NativeEngine, GivesARowTheSameOnAnyNumberOfThreads) {
  const auto texts = testing::golden_texts();
  for (const auto precision : native_precisions()) {
    std::vector<float> first;
    for (const int threads : {1, 2, 3}) {
      const Model model = load_native(precision, threads);
      const Matrix all = model.encode_text(texts, truncating());
      const std::vector<float> values(all.data(), all.data() + all.rows() * all.cols());
      if (first.empty()) first = values;
      EXPECT_TRUE(values == first) << threads;
      const Matrix one = model.encode_text({texts[3]}, truncating());
      EXPECT_TRUE(std::equal(one.data(), one.data() + one.cols(), all.row(3).begin())) << threads;
    }
  }
}

// What calls leave in the memory that they work in must not be seen by the next.
TEST(NativeEngine, GivesARowTheSameAfterAnyOther) {
  const auto texts = testing::golden_texts();
  for (const auto precision : native_precisions()) {
    const Model model = load_native(precision);
    const Matrix before = model.encode_text({texts[0]}, truncating());
    model.encode_text(texts, truncating());
    model.encode_image(testing::golden_crops());
    const Matrix after = model.encode_text({texts[0]}, truncating());
    EXPECT_TRUE(std::equal(before.data(), before.data() + before.cols(), after.data()));
  }
}

TEST(NativeEngine, IsTakenInThePrecisionsThatTheProcessorIsFastIn) {
  LoadOptions options;
  options.precision = Precision::automatic;
  const Precision fastest = kernel::find_kernels(Precision::bf16) != nullptr ? Precision::bf16 : Precision::fp32;
  EXPECT_EQ(Model::load(testing::golden_package("longclip248.pt"), options).info().text.precision, fastest);
  options.engine = Engine::torchscript;
  EXPECT_EQ(Model::load(testing::golden_package("longclip248.pt"), options).info().text.precision, Precision::fp32);
}

TEST(NativeEngine, SaysWhatItDoesNotCompute) {
  LoadOptions options;
  options.precision = Precision::fp16;
  options.engine = Engine::native;
  EXPECT_NE(refusal(options).find("the native engine cannot run it: it does not compute in fp16"), std::string::npos);
  options.precision = Precision::int8;
  options.engine = Engine::torchscript;
  EXPECT_NE(refusal(options).find("use precision auto, bf16 or fp32"), std::string::npos);
}

}  // namespace
}  // namespace longclip
