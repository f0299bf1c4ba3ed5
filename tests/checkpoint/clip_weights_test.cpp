#include "checkpoint/clip_weights.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>

#include <longclip/error.h>

#include "checkpoint/bytes.h"
#include "golden/golden.h"

namespace longclip::checkpoint {
namespace {

using test::contains;

// The golden model, to be altered.
Checkpoint golden_checkpoint() { return read_checkpoint(golden::model("longclip248.pt")); }

Tensor zeros(std::vector<std::int64_t> shape) {
  std::size_t size = 1;
  for (const auto extent : shape) size *= static_cast<std::size_t>(extent);
  return from_float(std::vector<float>(size), std::move(shape));
}

std::string reason(const Checkpoint& checkpoint) {
  return test::reason([&] { clip_weights(checkpoint); });
}

void rename_text_tower(Checkpoint& checkpoint, const std::string& prefix) {
  std::map<std::string, Tensor> renamed;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    const bool text = !name.starts_with("visual.") && name != "logit_scale";
    renamed.emplace(text ? prefix + name : name, tensor);
  }
  checkpoint.tensors = std::move(renamed);
}

TEST(ClipWeights, ListEverythingThatIsMissingOrMisshapen) {
  Checkpoint checkpoint = golden_checkpoint();
  checkpoint.tensors.erase("visual.ln_post.bias");
  checkpoint.tensors.erase("transformer.resblocks.1.attn.in_proj_weight");
  checkpoint.tensors["ln_final.bias"] = zeros({63});
  checkpoint.tensors["text_projection"] = zeros({32, 64});
  checkpoint.tensors.erase("logit_scale");
  const std::string line = reason(checkpoint);
  EXPECT_THROW(clip_weights(checkpoint), InvalidFile);
  for (const std::string part :
       {"longclip248.pt", "visual.ln_post.bias is missing", "transformer.resblocks.1.attn.in_proj_weight is missing",
        "ln_final.bias is [63], not [64]", "text_projection is [32, 64]", "logit_scale is missing"}) {
    EXPECT_TRUE(contains(line, part)) << part << " in " << line;
  }
}

TEST(ClipWeights, KeepTheListOfProblemsShort) {
  Checkpoint checkpoint = golden_checkpoint();
  for (int block = 0; block < 3; ++block) {
    for (const std::string name : {"ln_1", "ln_2", "attn.out_proj", "mlp.c_fc", "mlp.c_proj"}) {
      checkpoint.tensors.erase("transformer.resblocks." + std::to_string(block) + "." + name + ".bias");
    }
  }
  const std::string line = reason(checkpoint);
  EXPECT_TRUE(contains(line, "; and 7 more")) << line;
  EXPECT_EQ(std::count(line.begin(), line.end(), ';'), 8);
}

TEST(ClipWeights, MissWhatSizesAreToldBy) {
  for (const std::string name :
       {"visual.conv1.weight", "visual.positional_embedding", "visual.proj", "ln_final.weight",
        "token_embedding.weight", "text_projection", "transformer.resblocks.0.mlp.c_fc.weight"}) {
    Checkpoint checkpoint = golden_checkpoint();
    checkpoint.tensors.erase(name);
    EXPECT_TRUE(contains(reason(checkpoint), name + " is missing")) << reason(checkpoint);
  }
}

TEST(ClipWeights, MissABlockInTheMiddle) {
  Checkpoint checkpoint = golden_checkpoint();
  std::erase_if(checkpoint.tensors,
                [](const auto& item) { return item.first.starts_with("transformer.resblocks.1."); });
  EXPECT_TRUE(contains(reason(checkpoint), "transformer.resblocks.1.ln_1.weight is missing"));
}

TEST(ClipWeights, MustBeFloatingPoint) {
  Checkpoint checkpoint = golden_checkpoint();
  checkpoint.tensors["ln_final.bias"].dtype = DType::i32;
  checkpoint.tensors["logit_scale"].dtype = DType::i32;
  EXPECT_TRUE(contains(reason(checkpoint), "ln_final.bias is int32, not floating-point"));
  EXPECT_TRUE(contains(reason(checkpoint), "logit_scale is [] of int32"));
}

TEST(ClipWeights, HaveAScale) {
  Checkpoint checkpoint = golden_checkpoint();
  for (const float scale : {1000.0F, -200.0F, std::numeric_limits<float>::quiet_NaN()}) {
    checkpoint.tensors["logit_scale"] = from_float({scale}, {});
    EXPECT_TRUE(contains(reason(checkpoint), "logit_scale is ")) << scale;
  }
}

TEST(ClipWeights, ReportExtraTensors) {
  Checkpoint checkpoint = golden_checkpoint();
  checkpoint.tensors["zebra"] = zeros({2});
  checkpoint.tensors["aux.head.weight"] = zeros({2});
  checkpoint.tensors["context_length"] = zeros({});  // published files hold it; it is no weight
  EXPECT_EQ(clip_weights(checkpoint).extra, (std::vector<std::string>{"aux.head.weight", "zebra"}));
}

TEST(ClipWeights, MayBeOfOneTower) {
  Checkpoint vision = golden_checkpoint();
  std::erase_if(vision.tensors, [](const auto& item) { return !item.first.starts_with("visual."); });
  const ClipWeights only_vision = clip_weights(vision);
  EXPECT_TRUE(only_vision.text.empty());
  EXPECT_EQ(only_vision.architecture.text.width, 0);
  EXPECT_EQ(only_vision.architecture.embedding_size, 32);

  Checkpoint text = golden_checkpoint();
  std::erase_if(text.tensors, [](const auto& item) { return item.first.starts_with("visual."); });
  const ClipWeights only_text = clip_weights(text);
  EXPECT_TRUE(only_text.vision.empty());
  EXPECT_EQ(only_text.architecture.vision.width, 0);
  EXPECT_EQ(only_text.architecture.context_length, 248);
}

TEST(ClipWeights, TakeOpenClipsCustomTextTowers) {
  Checkpoint checkpoint = golden_checkpoint();
  rename_text_tower(checkpoint, "text.");
  const ClipWeights weights = clip_weights(checkpoint);
  EXPECT_EQ(weights.text.size(), clip_weights(golden_checkpoint()).text.size());
  EXPECT_EQ(weights.positions, "248, merged from two tables");
  EXPECT_TRUE(weights.extra.empty());
}

TEST(ClipWeights, RefuseATensorUnderTwoNames) {
  Checkpoint checkpoint = golden_checkpoint();
  checkpoint.tensors["text.ln_final.bias"] = zeros({64});
  EXPECT_TRUE(contains(reason(checkpoint), "ln_final.bias is there under two names"));
}

TEST(ClipWeights, RefusePositionTablesOfDifferentShapes) {
  Checkpoint checkpoint = golden_checkpoint();
  checkpoint.tensors["positional_embedding_res"] = zeros({247, 64});
  EXPECT_TRUE(contains(reason(checkpoint), "positional_embedding_res [247, 64]"));
}

TEST(ClipWeights, RefuseAGeometricLayerWithoutItsRadius) {
  Checkpoint checkpoint = read_checkpoint(golden::model("longclip248_gmp.pt"));
  checkpoint.tensors.erase("transformer.resblocks.0.mlp.c_fc.r");
  EXPECT_TRUE(contains(reason(checkpoint), "'transformer.resblocks.0.mlp.c_fc.theta' has no fitting"));
}

TEST(ClipWeights, RefuseHalfAnAttention) {
  Checkpoint checkpoint = read_checkpoint(golden::model("hf"));
  checkpoint.tensors.erase("text_model.encoder.layers.0.self_attn.k_proj.weight");
  EXPECT_TRUE(contains(reason(checkpoint), "without k_proj"));
}

TEST(ClipWeights, KnowTheHeadsAndActivationOfOpenClipsLargestTowers) {
  // ViT-H/14 of LAION: heads of 80, not 64, and GELU. One real block's shapes, views of one zero.
  Checkpoint checkpoint;
  checkpoint.path = "open_clip.pt";
  const auto add = [&](const std::string& name, std::vector<std::int64_t> shape) {
    static const auto zero = std::make_shared<float>(0.0f);
    Tensor tensor;
    tensor.strides.assign(shape.size(), 0);
    tensor.shape = std::move(shape);
    tensor.data = reinterpret_cast<const std::byte*>(zero.get());
    tensor.owner = zero;
    checkpoint.tensors["visual." + name] = tensor;
  };
  constexpr int kWidth = 1280;
  add("conv1.weight", {kWidth, 3, 14, 14});
  add("class_embedding", {kWidth});
  add("positional_embedding", {257, kWidth});
  for (const std::string norm : {"ln_pre", "ln_post"}) {
    add(norm + ".weight", {kWidth});
    add(norm + ".bias", {kWidth});
  }
  add("proj", {kWidth, 1024});
  for (int layer = 0; layer < 32; ++layer) {
    const std::string block = "transformer.resblocks." + std::to_string(layer) + ".";
    for (const std::string norm : {"ln_1", "ln_2"}) {
      add(block + norm + ".weight", {kWidth});
      add(block + norm + ".bias", {kWidth});
    }
    add(block + "attn.in_proj_weight", {3 * kWidth, kWidth});
    add(block + "attn.in_proj_bias", {3 * kWidth});
    add(block + "attn.out_proj.weight", {kWidth, kWidth});
    add(block + "attn.out_proj.bias", {kWidth});
    add(block + "mlp.c_fc.weight", {5120, kWidth});
    add(block + "mlp.c_fc.bias", {5120});
    add(block + "mlp.c_proj.weight", {kWidth, 5120});
    add(block + "mlp.c_proj.bias", {kWidth});
  }
  const Architecture architecture = clip_weights(checkpoint).architecture;
  EXPECT_EQ(architecture.vision.heads, 16);
  EXPECT_EQ(architecture.activation, "gelu");
  EXPECT_EQ(architecture.image_size, 224);
}

TEST(ClipWeights, FollowAConfig) {
  Checkpoint checkpoint = golden_checkpoint();
  checkpoint.activation = "gelu";
  checkpoint.vision_heads = 4;
  checkpoint.text_heads = 2;
  const Architecture architecture = clip_weights(checkpoint).architecture;
  EXPECT_EQ(architecture.activation, "gelu");
  EXPECT_EQ(architecture.vision.heads, 4);
  EXPECT_EQ(architecture.text.heads, 2);

  checkpoint.text_heads = 7;
  EXPECT_TRUE(contains(reason(checkpoint), "cannot have the 7 heads"));
  checkpoint.text_heads = 2;
  checkpoint.activation = "relu";
  EXPECT_TRUE(contains(reason(checkpoint), "'relu'"));
}

TEST(ClipWeights, RefuseAnotherArchitectureByName) {
  struct Other {
    const char* tensor;
    const char* name;
  };
  for (const Other& other : {
           Other{"visual.layer1.0.conv1.weight", "ResNet image tower"},
           Other{"visual.attnpool.positional_embedding", "ResNet image tower"},
           Other{"vision_model.head.probe", "SigLIP"},
           Other{"logit_bias", "SigLIP"},
           Other{"visual.trunk.blocks.0.attn.qkv.weight", "timm"},
           Other{"visual.blocks.0.attn.q_bias", "EVA-CLIP"},
           Other{"visual_encoder.blocks.0.attn.qkv.weight", "BLIP"},
           Other{"text_decoder.resblocks.0.ln_1.weight", "CoCa"},
           Other{"text.transformer.embeddings.word_embeddings.weight", "text tower of Hugging Face"},
           Other{"bert.encoder.layer.0.attention.self.query.weight", "BERT"},
           Other{"model.diffusion_model.input_blocks.0.0.weight", "Stable Diffusion"},
           Other{"blocks.0.attn.qkv.weight", "plain vision transformer"},
           Other{"lora_te_text_model_encoder.alpha", "LoRA"},
       }) {
    Checkpoint checkpoint;
    checkpoint.path = "other.pt";
    checkpoint.tensors[other.tensor] = zeros({4});
    EXPECT_THROW(clip_weights(checkpoint), UnsupportedModel);
    EXPECT_TRUE(contains(reason(checkpoint), other.name)) << reason(checkpoint);
  }
}

TEST(ClipWeights, RefuseWhatIsNoClipAtAll) {
  Checkpoint checkpoint;
  checkpoint.path = "other.pt";
  EXPECT_THROW(clip_weights(checkpoint), UnsupportedModel);
  checkpoint.tensors["fc.weight"] = zeros({4});
  EXPECT_TRUE(contains(reason(checkpoint), "'fc.weight'"));
}

}  // namespace
}  // namespace longclip::checkpoint
