// The native engine against the TorchScript of the same weights, at shapes that the golden model has not: several
// heads, of widths that fill no register and no panel, both activations, patches of an odd side.
#include "engine/native/encoders.h"

#include <limits>
#include <span>

#include <gtest/gtest.h>

#include "directions.h"
#include "engine/random_package.h"
#include "engine/torchscript/encoders.h"
#include "kernel/each_kernel.h"
#include "tower/small_architecture.h"

namespace longclip::engine::native {
namespace {

Architecture odd(const std::string& activation) {
  Architecture architecture = tower::small(activation);
  architecture.image_size = 15;
  architecture.patch_size = 5;
  architecture.vision = {40, 2, 2, 100};
  architecture.text = {36, 2, 3, 60};
  architecture.embedding_size = 20;
  return architecture;
}

std::vector<float> random_pixels(const Architecture& shape, std::size_t count) {
  const auto side = static_cast<std::int64_t>(shape.image_size);
  const at::Tensor pixels = at::randn({static_cast<std::int64_t>(count), 3, side, side});
  return {pixels.const_data_ptr<float>(), pixels.const_data_ptr<float>() + pixels.numel()};
}

// Rows that end with the highest id, at 1, 2, ... and the last place.
std::vector<std::int64_t> random_ids(const Architecture& shape) {
  const auto length = static_cast<std::size_t>(shape.context_length);
  std::vector<std::int64_t> ids;
  for (std::size_t end = 1; end < length; ++end) {
    const at::Tensor row = at::randint(shape.vocabulary_size - 1, {shape.context_length}, at::kLong);
    ids.insert(ids.end(), row.const_data_ptr<std::int64_t>(), row.const_data_ptr<std::int64_t>() + length);
    ids[ids.size() - length + end] = shape.vocabulary_size - 1;
  }
  return ids;
}

std::span<float> numbers_of(Matrix& matrix) { return {matrix.data(), matrix.rows() * matrix.cols()}; }

// Of features that hardly any number averages out: 20 or 24 wide.
void expect_close(const Matrix& features, const Matrix& wanted, Precision precision) {
  if (precision == Precision::fp32) {
    EXPECT_LE(testing::difference_of_directions(features, wanted), 2e-6);
  } else {
    EXPECT_GE(testing::smallest_cosine(features, wanted), precision == Precision::bf16 ? 0.9995 : 0.99);
  }
}

EngineOptions options_of(Precision precision) {
  EngineOptions options;
  options.precision = precision;
  options.team = runtime::shared_team(2);
  return options;
}

using Shape = Architecture (*)(const std::string&);
class NativeEncoders : public ::testing::TestWithParam<std::tuple<Shape, const char*>> {
 protected:
  Architecture shape_ = std::get<0>(GetParam())(std::get<1>(GetParam()));
  RandomPackage package_{shape_};
  std::size_t width_ = static_cast<std::size_t>(shape_.embedding_size);
};

TEST_P(NativeEncoders, GiveTheVisionFeaturesOfTheTorchScript) {
  package_.write_vision();
  constexpr std::size_t kCount = 3;
  const auto pixels = random_pixels(shape_, kCount);
  Matrix wanted(kCount, width_);
  torchscript::load_vision(*package_, options_of(Precision::fp32))->encode(pixels, kCount, numbers_of(wanted));
  testing::for_each_kernel([&](Precision precision) {
    std::string why_not;
    const auto encoder = load_vision(*package_, options_of(precision), why_not);
    ASSERT_NE(encoder, nullptr) << why_not;
    Matrix features(kCount, width_);
    encoder->encode(pixels, kCount, numbers_of(features));
    expect_close(features, wanted, precision);
  });
}

TEST_P(NativeEncoders, GiveTheTextFeaturesOfTheTorchScript) {
  package_.write_text();
  const auto ids = random_ids(shape_);
  const auto length = static_cast<std::size_t>(shape_.context_length);
  const std::size_t count = ids.size() / length;
  Matrix wanted(count, width_);
  torchscript::load_text(*package_, options_of(Precision::fp32))->encode(ids, count, length, numbers_of(wanted));
  testing::for_each_kernel([&](Precision precision) {
    std::string why_not;
    const auto encoder = load_text(*package_, options_of(precision), why_not);
    ASSERT_NE(encoder, nullptr) << why_not;
    Matrix features(count, width_);
    encoder->encode(ids, count, length, numbers_of(features));
    expect_close(features, wanted, precision);
  });
}

INSTANTIATE_TEST_SUITE_P(Shapes, NativeEncoders,
                         ::testing::Combine(::testing::Values(tower::small, odd),
                                            ::testing::Values("quick_gelu", "gelu")));

// What is refused, by the reason.
std::string why_not_text(const package::Package& package, Precision precision) {
  std::string why_not;
  EXPECT_EQ(load_text(package, options_of(precision), why_not), nullptr);
  return why_not;
}

using Change = std::function<void(torch::jit::Module&)>;

at::Tensor causal_mask(std::int64_t context) {
  return at::triu(at::full({context, context}, -std::numeric_limits<float>::infinity()), 1);
}

// A whole model scripted as such, as OpenAI's archives are.
TEST(NativeEngineBeside, WhatATowerDoesNotComputeWithGivesTheSameFeatures) {
  const Architecture shape = tower::small("quick_gelu");
  const RandomPackage package(shape);
  package.write_text();
  const auto ids = random_ids(shape);
  const auto length = static_cast<std::size_t>(shape.context_length);
  const std::size_t count = ids.size() / length;
  const auto features = [&] {
    std::string why_not;
    const auto encoder = load_text(*package, options_of(Precision::fp32), why_not);
    EXPECT_NE(encoder, nullptr) << why_not;
    std::vector<float> found(count * static_cast<std::size_t>(shape.embedding_size));
    if (encoder) encoder->encode(ids, count, length, found);
    return found;
  };
  const auto plain = features();
  package.write_text([&](torch::jit::Module& module) {
    module.register_parameter("logit_scale", at::full({}, 4.6), false);
    module.register_buffer("input_resolution", at::full({}, 32, at::kLong));
    module.register_buffer("attn_mask", causal_mask(shape.context_length));
    torch::jit::Module visual("Visual");
    visual.register_parameter("proj", at::randn({48, 24}), false);
    module.register_module("visual", visual);
  });
  EXPECT_EQ(features(), plain);
}

TEST(NativeEngineBeside, WhatMayChangeAFeatureLeavesATowerToItsOwnCode) {
  const Architecture shape = tower::small("quick_gelu");
  const RandomPackage package(shape);
  const std::pair<Change, const char*> changes[] = {
      {[](auto& module) { module.register_parameter("adapter", at::zeros({32}), false); },
       "it has parameters beside CLIP's (adapter)"},
      {[&](auto& module) { module.register_buffer("attn_mask", causal_mask(shape.context_length).t().contiguous()); },
       "it has parameters beside CLIP's (attn_mask)"},
      {[](auto& module) { module.register_buffer("phase", at::zeros({4}, at::kComplexFloat)); },
       "it is not plain data (data.pkl: the pickle names 'torch.ComplexFloatStorage'"},
      {[](auto& module) {
         module.setattr("text_projection", at::zeros({24, 32}));
       },
       "it does not carry CLIP's parameters by their names (text_projection is of another shape or type)"},
  };
  for (const auto& [change, reason] : changes) {
    package.write_text(change);
    EXPECT_EQ(why_not_text(*package, Precision::fp32).find(reason), 0U) << why_not_text(*package, Precision::fp32);
    EXPECT_EQ(engine::load_text(*package, options_of(Precision::fp32))->info().engine, "torchscript");
    EngineOptions forced = options_of(Precision::fp32);
    forced.engine = Engine::native;
    EXPECT_THROW(engine::load_text(*package, forced), UnsupportedModel);
  }
}

TEST(NativeEngineBeside, RefusesWidthsThatAPrecisionCannotRead) {
  if (kernel::find_kernels(Precision::bf16) == nullptr || kernel::find_kernels(Precision::int8) == nullptr) {
    EXPECT_FALSE(why_not_text(*RandomPackage(tower::small("gelu")), Precision::bf16).empty());
    return;
  }
  Architecture shape = tower::small("gelu");
  shape.text = {21, 1, 3, 64};
  EXPECT_NE(why_not_text(*RandomPackage(shape), Precision::bf16).find("no multiple of 4 bytes in bf16"),
            std::string::npos);
  shape.text = {64, 1, 2, 70};
  EXPECT_NE(why_not_text(*RandomPackage(shape), Precision::int8).find("no multiple of 4 bytes in int8"),
            std::string::npos);
  shape.text = {64, 1, 2, 68000};
  EXPECT_NE(why_not_text(*RandomPackage(shape), Precision::int8).find("too long for int8"), std::string::npos);
}

}  // namespace
}  // namespace longclip::engine::native
