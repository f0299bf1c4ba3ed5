#include <string>

#include <nlohmann/json.hpp>

#include "cli/golden_command.h"

namespace longclip::testing {
namespace {

class Scenes : public GoldenCommand {};

TEST_F(Scenes, AreDrawnAndReadByOtherCommands) {
  const auto drawn = run({"scenes", "--count", "12", "--size", "64", "-o", "scenes"});
  ASSERT_EQ(drawn.exit_code, 0) << drawn.error;
  EXPECT_EQ(drawn.output, "scenes: 12 scenes\n");
  EXPECT_EQ(drawn.error, "");
  const auto evaluated = run({"eval", "scenes", "--json"});
  ASSERT_EQ(evaluated.exit_code, 0) << evaluated.error;
  EXPECT_EQ(nlohmann::json::parse(evaluated.output)["images"], 12);
  const auto ranked = run({"rank", "scenes/images", "--text", "a beach", "--by", "text", "--top", "1", "--json"});
  EXPECT_EQ(ranked.exit_code, 0) << ranked.error;
}

TEST_F(Scenes, OfASeedAreTheSame) {
  for (const char* name : {"one", "two"}) {
    ASSERT_EQ(run({"scenes", "--count", "3", "--size", "64", "--seed", "5", "-o", name, "--json"}).output,
              nlohmann::ordered_json({{"folder", name}, {"count", 3}}).dump() + "\n");
  }
  EXPECT_TRUE(read("one/captions.json") == read("two/captions.json"));
  EXPECT_TRUE(read("one/images/000002.png") == read("two/images/000002.png"));
}

TEST_F(Scenes, RefuseWhatIsWrong) {
  const auto refused = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "scenes");
    const auto outcome = run(std::move(arguments));
    return std::to_string(outcome.exit_code) + " " + outcome.error;
  };
  EXPECT_EQ(refused({"--kind", "hard", "--count", "15", "-o", "s"}),
            "1 longclip: count is 15; hard scenes come in groups of ten, so give a multiple of ten\n");
  EXPECT_NE(refused({"--kind", "odd", "-o", "s"}).find("2 longclip: --kind"), std::string::npos);
  EXPECT_NE(refused({"--font", "missing.ttf", "-o", "s"}).find("1 longclip: missing.ttf: is missing"),
            std::string::npos);
  EXPECT_NE(refused({"--detail-token", "150", "-o", "s"}).find("2 longclip: --detail-token is for --kind hard"),
            std::string::npos);
  write("s", "a file");
  EXPECT_NE(refused({"-o", "s"}).find("1 longclip: s: is there already"), std::string::npos);
  EXPECT_EQ(read("s"), "a file");
}

}  // namespace
}  // namespace longclip::testing
