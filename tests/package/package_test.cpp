#include "package/package.h"

#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include <longclip/error.h>

#include "temporary_folder.h"

namespace longclip::package {
namespace {

constexpr const char* text_only = R"({"format": "longclip-package", "format_version": 1, "name": "n",
  "embedding_size": 32, "logit_scale": 100,
  "text": {"context_length": 248, "vocabulary_size": 512, "width": 64, "layers": 3, "heads": 1, "pad_id": 0,
           "tokenizer": {"kind": "sentencepiece", "file": "tokenizer.model"}}})";

std::string reason(const std::filesystem::path& path) {
  try {
    open_package(path);
  } catch (const InvalidFile& error) {
    return error.what();
  }
  return "";
}

TEST(OpenPackage, TellsHowToHaveAPackageThatIsNotThere) {
  const std::string line = reason("no/such/package");
  EXPECT_EQ(line.find("no/such/package: "), 0U);
  EXPECT_NE(line.find("longclip fetch"), std::string::npos);
}

TEST(OpenPackage, TellsACheckpointFromAPackage) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "longclip-B.pt") << "x";
  EXPECT_NE(reason(folder / "longclip-B.pt").find("longclip convert"), std::string::npos);
}

TEST(OpenPackage, NamesEachFileThatIsMissing) {
  const testing::TemporaryFolder folder;
  EXPECT_NE(reason(folder.path()).find("config.json"), std::string::npos);
  std::ofstream(folder / "config.json") << text_only;
  EXPECT_NE(reason(folder.path()).find("text.pt: is missing"), std::string::npos);
  std::ofstream(folder / "text.pt") << "x";
  EXPECT_NE(reason(folder.path()).find("tokenizer.model: is missing"), std::string::npos);
  std::ofstream(folder / "tokenizer.model") << "x";
  EXPECT_EQ(reason(folder.path()), "");
  EXPECT_FALSE(open_package(folder.path()).config.has_vision);
}

TEST(IsPackage, LooksAtTheContent) {
  const testing::TemporaryFolder folder;
  EXPECT_FALSE(is_package(folder.path()));
  std::ofstream(folder / "config.json") << R"({"model_type": "clip"})";
  EXPECT_FALSE(is_package(folder.path())) << "a Hugging Face folder";
  std::ofstream(folder / "config.json") << text_only;
  EXPECT_TRUE(is_package(folder.path()));
}

}  // namespace
}  // namespace longclip::package
