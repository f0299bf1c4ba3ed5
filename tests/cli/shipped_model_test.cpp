// The model that ships: what its card says of it, on scenes that its training has not seen.
#include <algorithm>
#include <string>
#include <vector>

#include "cli/golden_command.h"

namespace longclip::testing {
namespace {

constexpr const char* kModel = "longclip-scenes";

class ShippedModel : public ::testing::Test {
 protected:
  // Draws scenes as the command does, and evaluates the model on them.
  nlohmann::json evaluate(const std::vector<std::string>& scenes) const {
    std::vector<std::string> arguments = {"scenes", "-o", folder_ / "scenes", "--size", "128"};
    arguments.insert(arguments.end(), scenes.begin(), scenes.end());
    const auto drawn = longclip(arguments);
    EXPECT_EQ(drawn.exit_code, 0) << drawn.error;
    const auto report = longclip({"eval", folder_ / "scenes", "--model", kModel, "--json", "--resamples", "0"});
    EXPECT_EQ(report.exit_code, 0) << report.error;
    return json_lines(report.output).at(0);
  }

  TemporaryFolder folder_;
};

// Pictures of drawn scenes of which all these facts are true.
std::vector<std::string> pictures_with(const std::vector<std::string>& wanted, const std::string& scenes) {
  std::vector<std::string> pictures;
  for (const auto& record : golden_json(scenes + "/captions.json")) {
    const std::vector<std::string> facts = record.at("facts");
    const bool all = std::all_of(wanted.begin(), wanted.end(), [&](const std::string& fact) {
      return std::find(facts.begin(), facts.end(), fact) != facts.end();
    });
    if (all) pictures.push_back(scenes + "/" + record.at("image").get<std::string>());
  }
  return pictures;
}

TEST_F(ShippedModel, TellsAThousandScenesApartByTheirLongCaptions) {
  const auto report = evaluate({"--count", "1000", "--seed", "1"});
  EXPECT_GE(report["long"]["image_to_text"]["recall@1"], 0.97);
  EXPECT_GE(report["long"]["text_to_image"]["recall@1"], 0.97);
  EXPECT_GE(report["short"]["image_to_text"]["recall@1"], 0.9);
  EXPECT_GE(report["short"]["text_to_image"]["recall@1"], 0.91);
}

TEST_F(ShippedModel, TellsScenesApartByOneDetailBehindToken77) {
  const auto groups = evaluate({"--kind", "hard", "--count", "2000", "--seed", "2"})["groups"];
  EXPECT_EQ(groups["groups"], 200);
  EXPECT_GE(groups["image_to_text"]["accuracy"], 0.8);
  EXPECT_GE(groups["text_to_image"]["accuracy"], 0.9);
}

// What scripts/demo does, which has these scenes and this description.
TEST_F(ShippedModel, FindsTheSceneThatTheDemoDescribes) {
  const std::string scenes = folder_ / "scenes";
  ASSERT_EQ(longclip({"scenes", "--count", "500", "--seed", "7", "-o", scenes}).exit_code, 0);
  const std::string description = LONGCLIP_TEST_DATA "/../../examples/scenes/description.txt";
  const auto found = longclip(
      {"rank", scenes + "/images", "--by", "text", "--texts", description, "--top", "1", "--json", "--model", kModel});
  ASSERT_EQ(found.exit_code, 0) << found.error;
  // The things that it names, of which the parrot is "larger than the rest"; Unicode calls the tram a tram car.
  const auto described = pictures_with(
      {"setting:meadow", "main:parrot", "thing:hibiscus", "thing:balloon", "thing:tram car", "thing:dolphin"}, scenes);
  ASSERT_EQ(described.size(), 1U);
  EXPECT_EQ(json_lines(found.output).at(0)["images"][0]["image"], described[0]);
}

}  // namespace
}  // namespace longclip::testing
