#include "fetch/hub_environment.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "fetch/environment.h"
#include "temporary_folder.h"

namespace longclip::hub {
namespace {

class HubEnvironment : public ::testing::Test {
 protected:
  void SetUp() override { environment_.unset("HF_HOME"); }

  std::filesystem::path keep(const std::string& file, const std::string& token) const {
    const auto path = folder_ / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << token << "\n";
    return path;
  }

  longclip::testing::Environment environment_;
  longclip::testing::TemporaryFolder folder_;
};

TEST_F(HubEnvironment, HasThePublicHubUnlessAnotherIsNamed) {
  EXPECT_EQ(endpoint_of_environment(), "https://huggingface.co");
  environment_.set("HF_ENDPOINT", " \n");
  EXPECT_EQ(endpoint_of_environment(), "https://huggingface.co");
  environment_.set("HF_ENDPOINT", "https://hub.example/hf\n");
  EXPECT_EQ(endpoint_of_environment(), "https://hub.example/hf");
}

TEST_F(HubEnvironment, FindsTheTokenThatALoginKeeps) {
  environment_.set("HOME", folder_.path());
  environment_.unset("XDG_CACHE_HOME");
  EXPECT_EQ(token_of_environment(), "");
  keep(".cache/huggingface/token", "hf_of_home");
  EXPECT_EQ(token_of_environment(), "hf_of_home");
  keep("cache/huggingface/token", "hf_of_cache");
  environment_.set("XDG_CACHE_HOME", folder_ / "cache");
  EXPECT_EQ(token_of_environment(), "hf_of_cache");
  keep("hub/token", "hf_of_hub");
  environment_.set("HF_HOME", folder_ / "hub");
  EXPECT_EQ(token_of_environment(), "hf_of_hub");
  environment_.set("HF_TOKEN_PATH", keep("a token", "hf_of_path"));
  EXPECT_EQ(token_of_environment(), "hf_of_path");
  environment_.set("HF_TOKEN", "hf_of_variable");
  EXPECT_EQ(token_of_environment(), "hf_of_variable");
  environment_.set("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1");
  EXPECT_EQ(token_of_environment(), "");
}

TEST_F(HubEnvironment, HasNoTokenWithoutALogin) {
  environment_.unset("XDG_CACHE_HOME");
  environment_.unset("HOME");
  EXPECT_EQ(token_of_environment(), "");
  environment_.set("HF_TOKEN_PATH", folder_.path());  // a folder
  EXPECT_EQ(token_of_environment(), "");
}

TEST_F(HubEnvironment, IsOfflineIfToldSo) {
  EXPECT_FALSE(is_offline());
  for (const char* value : {"1", "true", "YES", "On"}) {
    environment_.set("HF_HUB_OFFLINE", value);
    EXPECT_TRUE(is_offline()) << value;
  }
  environment_.set("HF_HUB_OFFLINE", "0");
  EXPECT_FALSE(is_offline());
}

}  // namespace
}  // namespace longclip::hub
