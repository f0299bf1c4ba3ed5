#include "checkpoint/model_folder.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

#include <longclip/error.h>

#include "checkpoint/bytes.h"
#include "checkpoint/checkpoint.h"
#include "golden/golden.h"
#include "temporary_folder.h"

namespace longclip::checkpoint {
namespace {

using test::contains;

class ModelFolderTest : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  std::string reason() {
    return test::reason([&] { read_model_folder(folder_.path()); });
  }

  longclip::testing::TemporaryFolder folder_;
};

TEST_F(ModelFolderTest, TakesTransformersDefaultsForWhatIsLeftOut) {
  write("config.json", R"({"model_type":"clip"})");
  write("pytorch_model.bin", "");
  const ModelFolder folder = read_model_folder(folder_.path());
  EXPECT_EQ(folder.activation, "quick_gelu");
  EXPECT_EQ(folder.text_heads, 8);
  EXPECT_EQ(folder.vision_heads, 12);
  EXPECT_EQ(folder.file, folder_ / "pytorch_model.bin");
}

TEST_F(ModelFolderTest, FollowsTheConfigAndItsOlderSpelling) {
  write("config.json", R"({"model_type":"clip","text_config":{"hidden_act":"gelu","num_attention_heads":16},
                          "vision_config":{"hidden_act":"gelu","num_attention_heads":12},
                          "vision_config_dict":{"num_attention_heads":16}})");
  write("model.safetensors", "");
  write("pytorch_model.bin", "");
  const ModelFolder folder = read_model_folder(folder_.path());
  EXPECT_EQ(folder.activation, "gelu");
  EXPECT_EQ(folder.text_heads, 16);
  EXPECT_EQ(folder.vision_heads, 16);
  EXPECT_EQ(folder.file, folder_ / "model.safetensors");
}

TEST_F(ModelFolderTest, ReadsASingleTower) {
  write("config.json", R"({"model_type":"clip_text_model","hidden_act":"gelu","num_attention_heads":20})");
  write("model.safetensors", "");
  const ModelFolder folder = read_model_folder(folder_.path());
  EXPECT_EQ(folder.activation, "gelu");
  EXPECT_EQ(folder.text_heads, 20);
  EXPECT_FALSE(folder.vision_heads.has_value());
}

TEST_F(ModelFolderTest, ReadsOpenClipsConfig) {
  write("open_clip_config.json",
        R"({"model_cfg":{"vision_cfg":{"width":1280,"head_width":80},"text_cfg":{"heads":16}}})");
  write("open_clip_pytorch_model.bin", "");
  ModelFolder folder = read_model_folder(folder_.path());
  EXPECT_EQ(folder.activation, "gelu");
  EXPECT_EQ(folder.vision_heads, 16);
  EXPECT_EQ(folder.text_heads, 16);
  write("open_clip_config.json", R"({"model_cfg":{"quick_gelu":true,"vision_cfg":{},"text_cfg":{}}})");
  folder = read_model_folder(folder_.path());
  EXPECT_EQ(folder.activation, "quick_gelu");
  EXPECT_EQ(folder.vision_heads, 12);
  EXPECT_EQ(folder.text_heads, 8);
}

// Their weights have CLIP's names and shapes.
TEST_F(ModelFolderTest, RefusesWhatOpenClipComputesOtherwise) {
  write("open_clip_pytorch_model.bin", "");
  const auto with = [&](const std::string& vision, const std::string& text) {
    write("open_clip_config.json", R"({"model_cfg":{"vision_cfg":{)" + vision + R"(},"text_cfg":{)" + text + "}}}");
    return reason();
  };
  EXPECT_EQ(with(R"("pool_type":"tok","global_average_pool":false,"norm_kwargs":{"eps":1e-5})",
                 R"("pool_type":"argmax","no_causal_mask":false,"act_kwargs":null)"),
            "");
  EXPECT_TRUE(contains(with(R"("global_average_pool":true)", ""), "global_average_pool"));
  EXPECT_TRUE(contains(with(R"("pool_type":"avg")", ""), "pool_type is 'avg'"));
  EXPECT_TRUE(contains(with(R"("attentional_pool":true)", ""), "attentional_pool"));
  EXPECT_TRUE(contains(with("", R"("pool_type":"eos")"), "pool_type is 'eos'"));
  EXPECT_TRUE(contains(with("", R"("no_causal_mask":true)"), "no_causal_mask"));
  EXPECT_TRUE(contains(with("", R"("act_kwargs":{"approximate":"tanh"})"), "act_kwargs"));
  EXPECT_TRUE(contains(with(R"("norm_kwargs":{"eps":1e-6})", ""), "eps is"));
}

TEST_F(ModelFolderTest, RefusesOtherModelsByTheirType) {
  write("model.safetensors", "");
  for (const std::string type : {"siglip", "chinese_clip", "blip", "vit", "x\\ny"}) {
    write("config.json", R"({"model_type":")" + type + "\"}");
    EXPECT_THROW(read_model_folder(folder_.path()), UnsupportedModel);
    EXPECT_TRUE(contains(reason(), type == "x\\ny" ? "'x?y'" : "'" + type + "'")) << reason();
  }
}

TEST_F(ModelFolderTest, RefusesWhatItCannotRun) {
  write("model.safetensors", "");
  write("config.json", R"({"model_type":"clip","text_config":{"layer_norm_eps":1e-6}})");
  EXPECT_TRUE(contains(reason(), "layer_norm_eps"));
  write("config.json", R"({"model_type":"clip","text_config":{"hidden_act":"gelu"}})");
  EXPECT_TRUE(contains(reason(), "different activations"));
}

TEST_F(ModelFolderTest, ReadsWhatThePixelsAreNormalisedBy) {
  write("config.json", R"({"model_type":"clip"})");
  write("model.safetensors", "");
  EXPECT_FALSE(read_model_folder(folder_.path()).mean.has_value());
  write("preprocessor_config.json", R"({"image_mean":[0.5,0.4,0.3],"image_std":[1,2,3],"resample":3})");
  EXPECT_EQ(read_model_folder(folder_.path()).mean, (std::array<double, 3>{0.5, 0.4, 0.3}));
  EXPECT_EQ(read_model_folder(folder_.path()).std, (std::array<double, 3>{1, 2, 3}));
  write("preprocessor_config.json", R"({"resample":2})");
  EXPECT_TRUE(contains(reason(), "resample"));
  for (const std::string usual :
       {R"("size":224,"crop_size":224)", R"("size":{"shortest_edge":224},"crop_size":{"height":224,"width":224})",
        R"("size":336)", R"("size":null,"do_resize":true,"do_center_crop":true,"do_normalize":true)"}) {
    write("preprocessor_config.json", "{" + usual + "}");
    EXPECT_EQ(reason(), "") << usual;
  }
  for (const auto& [key, unusual] :
       std::map<std::string, std::string>{{"size ", R"("size":{"height":224,"width":224})"},
                                          {"size is", R"("size":{"shortest_edge":224,"longest_edge":448})"},
                                          {"crop_size", R"("size":{"shortest_edge":256},"crop_size":224)"},
                                          {"crop_size is", R"("crop_size":{"height":224,"width":336})"},
                                          {"do_resize", R"("do_resize":false)"},
                                          {"do_center_crop", R"("do_center_crop":false)"},
                                          {"do_rescale", R"("do_rescale":false)"},
                                          {"do_normalize", R"("do_normalize":false)"}}) {
    write("preprocessor_config.json", "{" + unusual + "}");
    EXPECT_TRUE(contains(reason(), key)) << unusual << reason();
  }
  for (const std::string wrong : {"[1,2]", "[1,2,\"3\"]", "[1,2,0]", "[1,2,-1]", "3"}) {
    write("preprocessor_config.json", R"({"image_std":)" + wrong + "}");
    EXPECT_TRUE(contains(reason(), "image_std")) << wrong;
  }
}

// LAION's ViT-L/14 of 2022 was trained with other pixels than OpenAI's.
TEST_F(ModelFolderTest, ReadsOpenClipsPreprocessing) {
  write("open_clip_pytorch_model.bin", "");
  const auto with = [&](const std::string& preprocessing) {
    write("open_clip_config.json",
          R"({"model_cfg":{"vision_cfg":{},"text_cfg":{}},"preprocess_cfg":)" + preprocessing + "}");
    return reason();
  };
  EXPECT_EQ(with(R"({"mean":[0.5,0.5,0.5],"std":[0.5,0.5,0.5],"interpolation":"bicubic","resize_mode":"shortest"})"),
            "");
  EXPECT_EQ(read_model_folder(folder_.path()).mean, (std::array<double, 3>{0.5, 0.5, 0.5}));
  EXPECT_TRUE(contains(with(R"({"interpolation":"bilinear"})"), "interpolation"));
  EXPECT_TRUE(contains(with(R"({"resize_mode":"squash"})"), "resize_mode"));
}

TEST_F(ModelFolderTest, ReadsOrRefusesADamagedConfig) {
  write("model.safetensors", "");
  const std::string text =
      R"({"model_type":"clip","text_config":{"hidden_act":"gelu","num_attention_heads":8,"layer_norm_eps":1e-05},)"
      R"("vision_config":{"hidden_act":"gelu","num_attention_heads":12}})";
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 0x11);
    write("config.json", changed);
    reason();  // anything but an Error escapes, and fails
    write("config.json", text.substr(0, at));
    EXPECT_TRUE(contains(reason(), "config.json")) << at;
  }
}

TEST_F(ModelFolderTest, RefusesAConfigOfWrongTypes) {
  write("model.safetensors", "");
  for (const std::string config :
       {"", "[]", "{", "{}", R"({"model_type":1})", R"({"model_type":"clip","text_config":{"num_attention_heads":0}})",
        R"({"model_type":"clip","text_config":{"num_attention_heads":"8"}})",
        R"({"model_type":"clip","text_config":{"num_attention_heads":1e99}})",
        R"({"model_type":"clip","text_config":{"num_attention_heads":99999999999999999999}})",
        R"({"model_type":"clip","text_config":{"layer_norm_eps":"x"}})"}) {
    write("config.json", config);
    EXPECT_TRUE(contains(reason(), "config.json")) << config << reason();
  }
}

TEST_F(ModelFolderTest, SaysWhatIsMissing) {
  EXPECT_TRUE(contains(reason(), "without config.json"));
  write("config.json", R"({"model_type":"clip"})");
  EXPECT_TRUE(contains(reason(), "model.safetensors is missing"));
}

TEST_F(ModelFolderTest, JoinsShards) {
  std::filesystem::copy_file(golden::data("checkpoint/small.safetensors"), folder_ / "one.safetensors");
  std::filesystem::copy_file(golden::data("checkpoint/training.pt"), folder_ / "two.safetensors");
  write("config.json", R"({"model_type":"clip"})");
  write("model.safetensors.index.json",
        R"({"weight_map":{"a.weight":"one.safetensors","c.flags":"one.safetensors","weight":"two.safetensors"}})");
  const Checkpoint checkpoint = read_checkpoint(folder_.path());
  EXPECT_EQ(checkpoint.file, folder_ / "model.safetensors.index.json");
  EXPECT_EQ(checkpoint.tensors.size(), 9u + 2u);
  EXPECT_TRUE(checkpoint.tensors.contains("bias"));
}

TEST_F(ModelFolderTest, RefusesAnIndexThatLeadsOutOfTheFolder) {
  write("config.json", R"({"model_type":"clip"})");
  for (const std::string file : {"\"../one.safetensors\"", "\"/etc/passwd\"", "\"..\"", "\"\"", "1"}) {
    write("model.safetensors.index.json", R"({"weight_map":{"a":)" + file + "}}");
    EXPECT_TRUE(contains(reason(), "not in the folder")) << file;
  }
  write("model.safetensors.index.json", R"({"weight_map":{}})");
  EXPECT_TRUE(contains(reason(), "no weight_map"));
}

}  // namespace
}  // namespace longclip::checkpoint
