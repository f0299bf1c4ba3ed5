#include "tower/architecture.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace longclip::tower {
namespace {

Architecture base() {
  Architecture architecture;
  architecture.embedding_size = 512;
  architecture.image_size = 224;
  architecture.patch_size = 16;
  architecture.vision = {768, 12, 12, 3072};
  architecture.vocabulary_size = 49408;
  architecture.context_length = 248;
  architecture.text = {512, 12, 8, 2048};
  architecture.activation = "quick_gelu";
  return architecture;
}

std::vector<std::int64_t> shape(const std::vector<Parameter>& parameters, const std::string& name) {
  const auto found = std::find_if(parameters.begin(), parameters.end(), [&](const auto& p) { return p.name == name; });
  return found == parameters.end() ? std::vector<std::int64_t>{} : found->shape;
}

// The published sizes of ViT-B/16: 86.2 million for vision, 63.4 million for text of 77 positions.
TEST(Parameters, CountThoseOfTheBaseModel) {
  Architecture clip = base();
  clip.context_length = 77;
  EXPECT_EQ(count_elements(vision_parameters(clip)), 86'192'640U);
  EXPECT_EQ(count_elements(text_parameters(clip)), 63'428'096U);
}

TEST(Parameters, HaveTheShapesOfTheReference) {
  const auto vision = vision_parameters(base());
  EXPECT_EQ(shape(vision, "visual.conv1.weight"), (std::vector<std::int64_t>{768, 3, 16, 16}));
  EXPECT_EQ(shape(vision, "visual.positional_embedding"), (std::vector<std::int64_t>{197, 768}));
  EXPECT_EQ(shape(vision, "visual.proj"), (std::vector<std::int64_t>{768, 512}));
  const auto text = text_parameters(base());
  EXPECT_EQ(shape(text, "positional_embedding"), (std::vector<std::int64_t>{248, 512}));
  EXPECT_EQ(shape(text, "transformer.resblocks.11.attn.in_proj_weight"), (std::vector<std::int64_t>{1536, 512}));
  EXPECT_EQ(shape(text, "transformer.resblocks.11.mlp.c_proj.weight"), (std::vector<std::int64_t>{512, 2048}));
}

TEST(Parameters, OfAMissingTowerAreNone) {
  EXPECT_TRUE(vision_parameters({}).empty());
  EXPECT_TRUE(text_parameters({}).empty());
}

}  // namespace
}  // namespace longclip::tower
