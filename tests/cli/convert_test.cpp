#include <string>
#include <vector>

#include "cli/golden_command.h"

namespace longclip::testing {
namespace {

TEST(Convert, ReportsAsJson) {
  const TemporaryFolder folder;
  const auto outcome = longclip({"convert", golden::model("clip77.pt"), folder / "m", "--json", "--precision", "fp16"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  const auto report = nlohmann::json::parse(outcome.output);
  EXPECT_EQ(report["package"], (folder / "m").string());
  EXPECT_EQ(report["stretched"], true);
  EXPECT_EQ(report["positions_before"], 77);
  EXPECT_EQ(report["positions_after"], 248);
}

TEST(Convert, StretchesAsTold) {
  const TemporaryFolder folder;
  const auto outcome =
      longclip({"convert", golden::model("clip77.pt"), folder / "m", "--json", "--keep", "10", "--ratio", "2"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  // 10 kept, then 67 of which each is followed by one between it and the next.
  EXPECT_EQ(nlohmann::json::parse(outcome.output)["positions_after"], 10 + 67 * 2);
}

TEST(Convert, OnlyMakesAPackageOfOneTower) {
  const TemporaryFolder folder;
  ASSERT_EQ(longclip({"convert", golden::model("longclip248.safetensors"), folder / "v", "--only", "vision"}).exit_code,
            0);
  const auto info = nlohmann::json::parse(longclip({"info", "--json", folder / "v"}).output);
  EXPECT_EQ(info["towers"], nlohmann::json({"vision"}));
  const auto outcome = longclip({"embed", "text", "-", "-o", folder / "x.npy", "--model", folder / "v"});
  EXPECT_EQ(outcome.exit_code, 1);
}

TEST(Convert, KeepsAPackageThatIsThere) {
  const TemporaryFolder folder;
  ASSERT_EQ(longclip({"convert", golden::model("longclip248.safetensors"), folder / "m"}).exit_code, 0);
  const auto refused = longclip({"convert", golden::model("longclip248.safetensors"), folder / "m"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.error.find("--overwrite"), std::string::npos) << refused.error;
  EXPECT_EQ(longclip({"convert", golden::model("longclip248.safetensors"), folder / "m", "--overwrite"}).exit_code, 0);
}

TEST(Convert, WhatIsNoCheckpointLeavesNothing) {
  const TemporaryFolder folder;
  std::ofstream(folder / "words.pt") << "these are words";
  const auto outcome = longclip({"convert", folder / "words.pt", folder / "m"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(lines(outcome.error).size(), 1U);
  EXPECT_NE(outcome.error.find("words.pt: "), std::string::npos) << outcome.error;
  EXPECT_FALSE(std::filesystem::exists(folder / "m"));
}

}  // namespace
}  // namespace longclip::testing
