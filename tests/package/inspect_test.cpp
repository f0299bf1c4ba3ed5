#include <longclip/convert.h>

#include <fstream>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include <longclip/error.h>

#include "golden/golden.h"
#include "io/sha256.h"
#include "kernel/kernels.h"
#include "temporary_folder.h"

namespace longclip {
namespace {

void expect_tiny_architecture(const Architecture& architecture, const std::string& of) {
  EXPECT_EQ(architecture.embedding_size, 32) << of;
  EXPECT_EQ(architecture.image_size, 224) << of;
  EXPECT_EQ(architecture.patch_size, 32) << of;
  EXPECT_EQ(architecture.vision.width, 64) << of;
  EXPECT_EQ(architecture.vision.layers, 2) << of;
  EXPECT_EQ(architecture.vision.heads, 1) << of;
  EXPECT_EQ(architecture.text.width, 64) << of;
  EXPECT_EQ(architecture.text.layers, 3) << of;
  EXPECT_EQ(architecture.vocabulary_size, 49408) << of;
  EXPECT_EQ(architecture.activation, "quick_gelu") << of;
}

TEST(Inspect, TellsEveryGoldenCheckpoint) {
  for (const char* name : {"longclip248.pt", "longclip248_nested.pt", "longclip248_module.pt", "longclip248_legacy.pt",
                           "longclip248_gmp.pt", "longclip248.safetensors", "hf", "clip77.pt", "clip77_jit.pt"}) {
    const Inspection inspection = inspect(golden::model(name));
    EXPECT_EQ(inspection.kind, "checkpoint") << name;
    expect_tiny_architecture(inspection.architecture, name);
    const bool is_clip77 = std::string(name).starts_with("clip77");
    EXPECT_EQ(inspection.architecture.context_length, is_clip77 ? 77 : 248) << name;
    EXPECT_EQ(inspection.towers.size(), 2U) << name;
    EXPECT_EQ(inspection.sha256.size(), 64U) << name;
  }
}

TEST(Inspect, TellsAPackage) {
  const testing::TemporaryFolder folder;
  convert(golden::model("clip77.pt"), folder / "p");
  const Inspection inspection = inspect(folder / "p");
  EXPECT_EQ(inspection.kind, "package");
  expect_tiny_architecture(inspection.architecture, "package");
  EXPECT_EQ(inspection.architecture.context_length, 248);
  EXPECT_NE(inspection.positions.find("stretched from 77"), std::string::npos);
  EXPECT_EQ(inspection.tokenizer, "clip-bpe");
  EXPECT_EQ(inspection.engine.find(kernel::find_kernels(Precision::fp32) != nullptr ? "native" : "torchscript"), 0U);
}

TEST(Inspect, ReadsTheTowersOnlyToHashThem) {
  const testing::TemporaryFolder folder;
  convert(golden::model("longclip248.safetensors"), folder / "p");
  std::ofstream(folder / "p/vision.pt", std::ios::app) << "x";
  EXPECT_THROW(inspect(folder / "p"), InvalidFile);
  const Inspection inspection = inspect(folder / "p", Hashing::off);
  EXPECT_EQ(inspection.sha256, "");
  EXPECT_EQ(inspection.tokenizer_file, folder / "p/tokenizer.bpe.gz");
  expect_tiny_architecture(inspection.architecture, "package");
  EXPECT_EQ(inspect(golden::model("longclip248.pt"), Hashing::off).sha256, "");
}

TEST(Inspect, CountsAndHashesEveryShard) {
  const testing::TemporaryFolder folder;
  std::filesystem::copy(golden::model("hf"), folder / "hf");
  std::filesystem::copy(golden::data("checkpoint/small.safetensors"), folder / "hf/another.safetensors");
  std::filesystem::rename(folder / "hf/model.safetensors", folder / "hf/one.safetensors");
  std::ofstream(folder / "hf/model.safetensors.index.json")
      << R"({"weight_map": {"logit_scale": "one.safetensors", "a.weight": "another.safetensors"}})";
  const Inspection inspection = inspect(folder / "hf");
  const std::string both =
      golden::read_bytes(folder / "hf/another.safetensors") + golden::read_bytes(folder / "hf/one.safetensors");
  EXPECT_EQ(inspection.bytes, both.size());
  EXPECT_EQ(inspection.sha256, io::sha256(std::as_bytes(std::span(both))));
}

TEST(Inspect, FindsAPackageFileThatWasChanged) {
  const testing::TemporaryFolder folder;
  convert(golden::model("longclip248.safetensors"), folder / "p");
  std::ofstream(folder / "p/vision.pt", std::ios::app) << "x";
  try {
    inspect(folder / "p");
    FAIL() << "the change went unseen";
  } catch (const InvalidFile& error) {
    EXPECT_NE(std::string(error.what()).find("vision.pt"), std::string::npos);
  }
}

}  // namespace
}  // namespace longclip
