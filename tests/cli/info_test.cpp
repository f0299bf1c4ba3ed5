#include <string>
#include <vector>

#include "cli/golden_command.h"

namespace longclip::testing {
namespace {

class Info : public GoldenCommand {};

// What the golden checkpoints were made with.
void expect_golden_architecture(const nlohmann::json& architecture) {
  const auto config = golden_json(golden::model("manifest.json"))["config"];
  EXPECT_EQ(architecture["embedding_size"], config["embed_dim"]);
  EXPECT_EQ(architecture["image_size"], config["image"]);
  EXPECT_EQ(architecture["patch_size"], config["patch"]);
  EXPECT_EQ(architecture["vision"]["width"], config["vision_width"]);
  EXPECT_EQ(architecture["vision"]["layers"], config["vision_layers"]);
  EXPECT_EQ(architecture["vision"]["heads"], config["vision_heads"]);
  EXPECT_EQ(architecture["text"]["width"], config["text_width"]);
  EXPECT_EQ(architecture["text"]["layers"], config["text_layers"]);
  EXPECT_EQ(architecture["text"]["heads"], config["text_heads"]);
  EXPECT_EQ(architecture["vocabulary_size"], config["vocab"]);
  EXPECT_EQ(architecture["context_length"], config["positions"]);
}

TEST_F(Info, JsonOfACheckpointHasEveryKey) {
  const auto outcome = run({"info", "--json", golden::model("longclip248.pt")});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  const auto info = nlohmann::json::parse(outcome.output);
  for (const auto* key : {"kind", "format", "architecture", "positions", "tokenizer", "precision", "bytes", "sha256",
                          "towers", "engine"}) {
    EXPECT_TRUE(info.contains(key)) << key;
  }
  EXPECT_EQ(info["kind"], "checkpoint");
  EXPECT_EQ(info["bytes"], std::filesystem::file_size(golden::model("longclip248.pt")));
  EXPECT_EQ(info["sha256"].get<std::string>().size(), 64U);
  EXPECT_EQ(info["towers"], nlohmann::json({"vision", "text"}));
  EXPECT_EQ(info["precision"], "fp32");
  expect_golden_architecture(info["architecture"]);
}

TEST_F(Info, JsonOfAPackageTellsTheSameModel) {
  const auto outcome = run({"info", "--json", model()});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  const auto info = nlohmann::json::parse(outcome.output);
  EXPECT_EQ(info["kind"], "package");
  const std::string engine = info["engine"];
  EXPECT_TRUE(engine.starts_with("native: ") || engine.starts_with("torchscript: ")) << engine;
  expect_golden_architecture(info["architecture"]);
}

TEST_F(Info, PackageIsFoundByName) {
  std::filesystem::create_directories(folder_ / "models");
  std::filesystem::copy(model(), folder_ / "models/mine", std::filesystem::copy_options::recursive);
  Invocation invocation{{"info", "mine"}};
  invocation.environment["LONGCLIP_HOME"] = folder_.path();
  const auto outcome = run(invocation);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.error;
  EXPECT_NE(outcome.output.find("mine: package"), std::string::npos) << outcome.output;
}

TEST_F(Info, TableIsForPeople) {
  const auto outcome = run({"info", golden::model("clip77.pt")});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  EXPECT_NE(outcome.output.find("clip77.pt: checkpoint"), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("77"), std::string::npos);
}

TEST_F(Info, WhatIsNoModelIsAFailure) {
  write("words.pt", "these are words");
  for (const std::string name : {"words.pt", "missing"}) {
    const auto outcome = run({"info", name});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.output, "");
    EXPECT_EQ(lines(outcome.error).size(), 1U) << outcome.error;
    EXPECT_NE(outcome.error.find(name), std::string::npos) << outcome.error;
  }
}

}  // namespace
}  // namespace longclip::testing
