#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>

#include "cli/process.h"
#include "fetch/environment.h"
#include "fetch/fake_hub.h"
#include "golden/golden.h"
#include "temporary_folder.h"

namespace longclip::testing {
namespace {

using namespace std::chrono_literals;

class FetchCommand : public ::testing::Test {
 protected:
  Invocation invocation(std::vector<std::string> arguments) const {
    Invocation result{std::move(arguments)};
    result.environment = {{"LONGCLIP_HOME", home_.path()}, {"HF_ENDPOINT", fake_.endpoint()}};
    return result;
  }
  Outcome run(std::vector<std::string> arguments) const { return longclip(invocation(std::move(arguments))); }

  std::filesystem::path package() const { return home_ / "models/longclip-b"; }

  std::uintmax_t downloaded() const {
    std::error_code missing;
    const auto part = home_ / "models/.downloads/longclip-b" / ("longclip-B.pt." + fake_.sha256 + ".part");
    const auto size = std::filesystem::file_size(part, missing);
    return missing ? 0 : size;
  }

  Environment environment_;
  TemporaryFolder home_;
  FakeHub fake_{golden::read_bytes(golden::model("longclip248.pt"))};
};

TEST_F(FetchCommand, MakesAPackageThatIsFoundByItsName) {
  const Outcome fetched = run({"fetch", "longclip-b"});
  EXPECT_EQ(fetched.exit_code, 0);
  EXPECT_EQ(fetched.output, package().string() + "\n");
  EXPECT_EQ(fetched.error, "");
  const std::string image = golden::data("images/rgb.png");
  const Outcome ranked = run({"rank", image, "--text", "a cat", "--model", "longclip-b"});
  EXPECT_EQ(ranked.exit_code, 0) << ranked.error;
}

TEST_F(FetchCommand, ShowsProgressOnATerminal) {
  fake_.at_content = [](int count, const Received&, Reply& reply) {
    if (count == 0) reply.cut_after = 100000;  // it waits a second before it goes on
  };
  Invocation fetch = invocation({"fetch", "longclip-b"});
  fetch.error_terminal = true;
  const Outcome outcome = longclip(fetch);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.error;
  EXPECT_NE(outcome.error.find("longclip-b  100.0 kB of "), std::string::npos) << outcome.error;
}

TEST_F(FetchCommand, GoesOnAfterAnInterrupt) {
  fake_.at_content = [](int, const Received&, Reply& reply) {
    reply.cut_after = 100000;
    reply.stalls = true;
  };
  Process process(invocation({"fetch", "longclip-b"}));
  for (int i = 0; i < 3000 && downloaded() < 100000; ++i) std::this_thread::sleep_for(10ms);
  process.send(SIGINT);
  const Outcome stopped = process.wait();
  EXPECT_EQ(stopped.signal, SIGINT) << stopped.error;
  EXPECT_EQ(stopped.error, "");
  EXPECT_FALSE(std::filesystem::exists(package()));
  ASSERT_EQ(downloaded(), 100000u);

  fake_.at_content = [](int, const Received&, Reply&) {};
  EXPECT_EQ(run({"fetch", "longclip-b"}).exit_code, 0);
  EXPECT_EQ(fake_.contents().back().headers.at("range"), "bytes=100000-");
  EXPECT_TRUE(std::filesystem::exists(package()));
}

TEST_F(FetchCommand, IsDoneOnceByTwoProcesses) {
  Process first(invocation({"fetch", "longclip-b"}));
  Process second(invocation({"fetch", "longclip-b"}));
  for (Process* process : {&first, &second}) {
    const Outcome outcome = process->wait();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.error;
    EXPECT_EQ(outcome.output, package().string() + "\n");
  }
  EXPECT_EQ(fake_.contents().size(), 1u);
}

TEST_F(FetchCommand, SaysInALineWhatToDoWithoutANetwork) {
  Invocation fetch = invocation({"fetch", "longclip-b"});
  fetch.environment["HF_ENDPOINT"] = closed_address();
  const Outcome outcome = longclip(fetch);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.output, "");
  EXPECT_EQ(outcome.error.find("longclip: longclip-b: " + fetch.environment["HF_ENDPOINT"] + " cannot be reached ("),
            0u)
      << outcome.error;
  const std::string end =
      "): check the network, or make a package of a file at hand: longclip convert longclip-B.pt longclip-b\n";
  EXPECT_TRUE(outcome.error.ends_with(end)) << outcome.error;
  EXPECT_EQ(std::count(outcome.error.begin(), outcome.error.end(), '\n'), 1);
}

TEST_F(FetchCommand, DoesNotPassOffAnotherPrecision) {
  ASSERT_EQ(run({"fetch", "longclip-b"}).exit_code, 0);
  EXPECT_EQ(run({"fetch", "longclip-b", "--precision", "fp32"}).exit_code, 0);
  const Outcome outcome = run({"fetch", "longclip-b", "--precision", "fp16"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.error,
            "longclip: " + package().string() + ": is there already, in fp32; --overwrite makes it anew in fp16\n");
  EXPECT_EQ(run({"fetch", "longclip-b", "--precision", "fp16", "--overwrite"}).exit_code, 0);
}

}  // namespace
}  // namespace longclip::testing
