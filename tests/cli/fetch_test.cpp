#include <string>

#include "cli/golden_command.h"

namespace longclip::testing {
namespace {

class FetchOfGolden : public GoldenCommand {};

TEST_F(FetchOfGolden, PackageThatIsThereIsNamedAtOnce) {
  std::filesystem::create_directories(folder_ / "models");
  std::filesystem::copy(model(), folder_ / "models/longclip-b", std::filesystem::copy_options::recursive);
  Invocation invocation{{"fetch", "longclip-b", "--json"}};
  invocation.environment["LONGCLIP_HOME"] = folder_.path();
  invocation.environment["HF_ENDPOINT"] = "http://127.0.0.1:9";  // nobody listens there
  const auto outcome = run(invocation);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  const auto result = nlohmann::json::parse(outcome.output);
  EXPECT_EQ(result["name"], "longclip-b");
  EXPECT_EQ(result["package"], (folder_ / "models/longclip-b").string());
}

TEST_F(FetchOfGolden, FetchedPackageIsTheDefaultModel) {
  std::filesystem::create_directories(folder_ / "models");
  std::filesystem::copy(model(), folder_ / "models/longclip-b", std::filesystem::copy_options::recursive);
  Invocation invocation{{"rank", golden_image("rgb.png"), "--text", "cat"}};
  invocation.environment["LONGCLIP_HOME"] = folder_.path();
  const auto outcome = longclip(invocation);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.error;
}

}  // namespace
}  // namespace longclip::testing
