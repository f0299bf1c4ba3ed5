#include "fetch/fetch_package.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <optional>
#include <thread>

#include <longclip/error.h>

#include "fetch/environment.h"
#include "fetch/fake_hub.h"
#include "fetch/folder_lock.h"
#include "golden/golden.h"
#include "temporary_folder.h"

namespace longclip::hub {
namespace {

using longclip::testing::FakeHub;
using longclip::testing::message_of;
using longclip::testing::numbers;
using longclip::testing::Received;
using longclip::testing::Reply;

class FetchPackage : public ::testing::Test {
 protected:
  void SetUp() override {
    environment_.set("HF_ENDPOINT", fake_.endpoint() + "/");
    environment_.set("LONGCLIP_HOME", home_.path());
  }

  std::filesystem::path run() { return fetch_package(model_, options_, convert_, {3, std::chrono::milliseconds(1)}); }

  std::filesystem::path downloads() const { return home_ / "models/.downloads/longclip-b"; }
  std::filesystem::path package() const { return home_ / "models/longclip-b"; }

  longclip::testing::Environment environment_;
  longclip::testing::TemporaryFolder home_;
  FakeHub fake_{numbers(100000)};
  PublishedModel model_{"longclip-b", "BeichenZhang/LongCLIP-B", "longclip-B.pt"};
  FetchOptions options_;

  // A conversion that keeps what it was given.
  Convert convert_ = [this](const std::filesystem::path& checkpoint, const std::filesystem::path& package,
                            const ConvertOptions& options) {
    ++conversions_;
    converted_ = options;
    std::filesystem::create_directories(package);
    std::filesystem::copy_file(checkpoint, package / "copy", std::filesystem::copy_options::overwrite_existing);
    std::ofstream(package / "config.json") << R"({"format": "longclip-package"})";
  };
  std::atomic<int> conversions_ = 0;
  ConvertOptions converted_;
};

TEST_F(FetchPackage, MakesThePackageWhereItIsFoundAndLeavesNoDownload) {
  EXPECT_EQ(run(), package());
  EXPECT_TRUE(golden::read_bytes(package() / "copy") == fake_.content);
  EXPECT_EQ(find_package("longclip-b"), package());
  EXPECT_TRUE(std::filesystem::is_empty(downloads()));
}

TEST_F(FetchPackage, TellsTheConverterWhatItIs) {
  options_.precision = Precision::bf16;
  run();
  EXPECT_EQ(converted_.name, "longclip-b");
  EXPECT_EQ(converted_.source, "BeichenZhang/LongCLIP-B/longclip-B.pt@0123456789abcdef0123456789abcdef01234567");
  EXPECT_EQ(converted_.precision, Precision::bf16);
  EXPECT_FALSE(converted_.overwrite);
}

TEST_F(FetchPackage, AsksNobodyForAPackageThatIsThere) {
  run();
  const std::size_t asked = fake_.descriptions().size();
  EXPECT_EQ(run(), package());
  EXPECT_EQ(fake_.descriptions().size(), asked);
  EXPECT_EQ(conversions_, 1);
}

TEST_F(FetchPackage, ReplacesAPackageIfAsked) {
  run();
  options_.overwrite = true;
  run();
  EXPECT_EQ(conversions_, 2);
  EXPECT_TRUE(converted_.overwrite);
  EXPECT_EQ(fake_.contents().size(), 2u);
}

TEST_F(FetchPackage, TakesItsOptionsBeforeTheEnvironment) {
  environment_.set("HF_ENDPOINT", longclip::testing::closed_address());
  environment_.set("HF_TOKEN", "hf_of_environment");
  options_.endpoint = fake_.endpoint();
  options_.token = "hf_of_options";
  options_.directory = home_ / "elsewhere";
  EXPECT_EQ(run(), home_ / "elsewhere/longclip-b");
  EXPECT_EQ(fake_.descriptions().at(0).headers.at("authorization"), "Bearer hf_of_options");
}

TEST_F(FetchPackage, SendsTheTokenOfTheEnvironmentWithoutItsLineEnd) {
  environment_.set("HF_TOKEN", " hf_token\n");
  run();
  EXPECT_EQ(fake_.descriptions().at(0).headers.at("authorization"), "Bearer hf_token");
  EXPECT_FALSE(fake_.contents().at(0).headers.contains("authorization"));
}

TEST_F(FetchPackage, SendsNoEmptyToken) {
  environment_.set("HF_TOKEN", "");
  run();
  EXPECT_FALSE(fake_.descriptions().at(0).headers.contains("authorization"));
}

TEST_F(FetchPackage, SendsTheTokenOfALogin) {
  std::ofstream(home_ / "token") << "hf_of_login\n";
  environment_.set("HF_HOME", home_.path());
  run();
  EXPECT_EQ(fake_.descriptions().at(0).headers.at("authorization"), "Bearer hf_of_login");
  EXPECT_FALSE(fake_.contents().at(0).headers.contains("authorization"));
}

TEST_F(FetchPackage, StaysOfflineIfToldSo) {
  environment_.set("HF_HUB_OFFLINE", "1");
  EXPECT_NE(message_of<InvalidFile>([&] { run(); }).find("HF_HUB_OFFLINE"), std::string::npos);
  EXPECT_TRUE(fake_.descriptions().empty());
  environment_.set("HF_HUB_OFFLINE", "0");
  EXPECT_EQ(run(), package());
}

TEST_F(FetchPackage, RefusesAnEndpointThatIsNoAddress) {
  environment_.set("HF_ENDPOINT", "hub.example");
  EXPECT_EQ(message_of<InvalidInput>([&] { run(); }),
            "'hub.example' is no address of the web, which begins with https:// and a host: check HF_ENDPOINT");
}

TEST_F(FetchPackage, SaysWhatIsInTheWayBeforeItDownloads) {
  std::filesystem::create_directories(package());
  for (const bool overwrite : {false, true}) {
    options_.overwrite = overwrite;
    EXPECT_EQ(message_of<InvalidInput>([&] { run(); }),
              package().string() + ": is in the way, and is no package: move it away");
  }
  EXPECT_TRUE(fake_.descriptions().empty());
}

TEST_F(FetchPackage, StopsWhileItConverts) {
  bool converting = false;
  convert_ = [&](const auto&, const auto&, const ConvertOptions& options) {
    converting = true;
    options.progress(1, 2);
    ADD_FAILURE() << "it went on";
  };
  options_.progress = [&](std::uint64_t, std::uint64_t) { return !converting; };
  EXPECT_EQ(message_of<Error>([&] { run(); }),
            "longclip-b: stopped while it is converted: fetch it again to go on from there");
  EXPECT_FALSE(std::filesystem::is_empty(downloads()));
}

TEST_F(FetchPackage, KeepsTheDownloadWhereTheConversionFails) {
  const Convert working = convert_;
  convert_ = [](const auto& checkpoint, const auto&, const auto&) {
    throw InvalidFile(checkpoint.string() + ": cannot be converted");
  };
  EXPECT_NE(message_of<InvalidFile>([&] { run(); }).find("cannot be converted"), std::string::npos);
  convert_ = working;
  EXPECT_EQ(run(), package());
  EXPECT_EQ(fake_.contents().size(), 1u);
}

TEST_F(FetchPackage, IsDoneOnceForTwoAtATime) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back([this] { EXPECT_EQ(run(), package()); });
  threads.clear();
  EXPECT_EQ(conversions_, 1);
  EXPECT_EQ(fake_.contents().size(), 1u);
}

TEST_F(FetchPackage, StopsWhileItWaitsForAnother) {
  const FolderLock other(downloads(), [] {});
  options_.progress = [](std::uint64_t, std::uint64_t) { return false; };
  EXPECT_EQ(message_of<Error>([&] { run(); }), "longclip-b: stopped while another process fetches it");
}

}  // namespace
}  // namespace longclip::hub
