#include "fetch/locations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include <longclip/error.h>
#include <longclip/fetch.h>

#include "fetch/environment.h"
#include "temporary_folder.h"

namespace longclip {
namespace {

void make_package(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "config.json") << R"({"format": "longclip-package"})";
}

// The working folder, while it lives.
class WorkingFolder {
 public:
  explicit WorkingFolder(const std::filesystem::path& folder) : before_(std::filesystem::current_path()) {
    std::filesystem::create_directories(folder);
    std::filesystem::current_path(folder);
  }
  ~WorkingFolder() { std::filesystem::current_path(before_); }
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;

 private:
  std::filesystem::path before_;
};

class Locations : public ::testing::Test {
 protected:
  void SetUp() override { environment_.set("LONGCLIP_HOME", home_.path()); }

  static std::string refusal(const std::string& name) {
    return testing::message_of<InvalidFile>([&] { find_package(name); });
  }

  testing::Environment environment_;
  testing::TemporaryFolder home_;
};

using ModelsDirectory = Locations;
using FindPackage = Locations;

TEST_F(ModelsDirectory, IsTheFirstThatTheEnvironmentNames) {
  environment_.set("HOME", "/home/someone");
  environment_.set("XDG_DATA_HOME", "/data");
  environment_.set("LONGCLIP_HOME", "/longclip");
  EXPECT_EQ(models_directory(), "/longclip/models");
  environment_.unset("LONGCLIP_HOME");
  EXPECT_EQ(models_directory(), "/data/longclip/models");
  environment_.unset("XDG_DATA_HOME");
  EXPECT_EQ(models_directory(), "/home/someone/.local/share/longclip/models");
}

TEST_F(ModelsDirectory, IgnoresWhatIsEmptyAndARelativeXdgFolder) {
  environment_.set("HOME", "/home/someone");
  environment_.set("LONGCLIP_HOME", "");
  environment_.set("XDG_DATA_HOME", "data");
  EXPECT_EQ(models_directory(), "/home/someone/.local/share/longclip/models");
}

TEST_F(ModelsDirectory, AsksForAPlaceWhereThereIsNone) {
  environment_.unset("HOME");
  environment_.unset("LONGCLIP_HOME");
  EXPECT_NE(testing::message_of<InvalidFile>([] { models_directory(); }).find("set LONGCLIP_HOME"), std::string::npos);
}

TEST_F(FindPackage, TakesAFolderAsItIs) {
  EXPECT_EQ(find_package(home_.path().string()), home_.path());
  EXPECT_EQ(find_package("."), ".");
}

TEST_F(FindPackage, FindsANameInTheModelsDirectory) {
  make_package(home_ / "models/longclip-b");
  EXPECT_EQ(find_package("longclip-b"), home_ / "models/longclip-b");
}

TEST_F(FindPackage, IsNotMisledByAFolderOrFileOfThatName) {
  make_package(home_ / "models/longclip-b");
  make_package(home_ / "models/longclip-l");
  const WorkingFolder here(home_ / "here");
  std::filesystem::create_directories("longclip-b");
  std::ofstream("longclip-l").close();
  EXPECT_EQ(find_package("longclip-b"), home_ / "models/longclip-b");
  EXPECT_EQ(find_package("longclip-l"), home_ / "models/longclip-l");
  make_package("longclip-b");
  EXPECT_EQ(find_package("longclip-b"), "longclip-b");
}

TEST_F(FindPackage, DoesNotTakeAFolderThatIsNoPackage) {
  std::filesystem::create_directories(home_ / "models/longclip-b");
  EXPECT_THROW(find_package("longclip-b"), InvalidFile);
  std::ofstream(home_ / "models/longclip-b/config.json") << R"({"model_type": "clip"})";
  EXPECT_THROW(find_package("longclip-b"), InvalidFile);
}

TEST_F(FindPackage, SaysHowToHaveAPublishedModel) {
  EXPECT_EQ(refusal("longclip-b"), "longclip-b: there is no such model in " + (home_ / "models").string() +
                                       ": run `longclip fetch longclip-b`, or `longclip convert longclip-B.pt "
                                       "longclip-b` for a file at hand");
}

TEST_F(FindPackage, SaysHowToHaveAnotherModel) {
  EXPECT_NE(refusal("mine").find("longclip convert CHECKPOINT PACKAGE"), std::string::npos);
  EXPECT_EQ(refusal("some/where/mine").find("some/where/mine: there is no such folder"), 0u);
  EXPECT_EQ(refusal("").find(": "), 0u);
}

TEST_F(FindPackage, SaysWhatToDoWithACheckpoint) {
  const std::string file = (home_ / "longclip-B.pt").string();
  std::ofstream(file).close();
  EXPECT_NE(refusal(file).find("longclip convert " + file + " PACKAGE"), std::string::npos);
}

TEST(InstalledModels, LieInShareBesideTheLibrary) {
  const auto contains = [](const std::filesystem::path& binary, const std::filesystem::path& models) {
    const auto places = hub::installed_models(binary);
    return std::find(places.begin(), places.end(), models) != places.end();
  };
  EXPECT_TRUE(contains("/usr/lib/liblongclip.so.0", "/usr/share/longclip/models"));
  EXPECT_TRUE(contains("/usr/lib/x86_64-linux-gnu/liblongclip.so.0", "/usr/share/longclip/models"));
  EXPECT_TRUE(contains("/opt/longclip/bin/longclip", "/opt/longclip/share/longclip/models"));
}

TEST(InstalledModels, AreNotLookedForInTheWorkingFolder) {
  EXPECT_TRUE(hub::installed_models("").empty());
  EXPECT_TRUE(hub::installed_models("longclip").empty());
}

TEST_F(FindPackage, FindsWhatIsInstalledBesideTheProgram) {
  // The library's code is in this test's program, whose folder stands for bin.
  const auto program = std::filesystem::canonical("/proc/self/exe");
  const auto package = hub::installed_models(program).front() / "test-of-installed-models";
  make_package(package);
  EXPECT_EQ(find_package("test-of-installed-models"), package);
  make_package(home_ / "models/test-of-installed-models");
  EXPECT_EQ(find_package("test-of-installed-models"), home_ / "models/test-of-installed-models");
  environment_.unset("LONGCLIP_HOME");
  environment_.unset("HOME");
  EXPECT_EQ(find_package("test-of-installed-models"), package);
  std::filesystem::remove_all(package);
}

}  // namespace
}  // namespace longclip
