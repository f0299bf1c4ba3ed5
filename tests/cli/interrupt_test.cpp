#include <signal.h>

#include <chrono>
#include <string>
#include <thread>

#include "cli/golden_command.h"

namespace longclip::testing {
namespace {

using namespace std::chrono_literals;

class Interrupt : public GoldenCommand {
 protected:
  Invocation embed_from_input() const {
    Invocation invocation{{"embed", "text", "-", "-o", folder_ / "out.npy"}, "a cat\na dog\n"};
    invocation.environment["LONGCLIP_MODEL"] = model();
    return invocation;
  }

  // The output folder has something in it: the command is at work.
  void wait_for_work() const {
    for (int i = 0; i < 6000 && std::filesystem::is_empty(folder_.path()); ++i) std::this_thread::sleep_for(10ms);
    ASSERT_FALSE(std::filesystem::is_empty(folder_.path()));
  }
};

TEST_F(Interrupt, EmbeddingLeavesNoFile) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    Process process(embed_from_input());
    wait_for_work();
    process.send(signal);
    // The input stays open: only the signal can end it.
    for (int i = 0; i < 6000 && !std::filesystem::is_empty(folder_.path()); ++i) std::this_thread::sleep_for(10ms);
    const auto outcome = process.wait();
    EXPECT_EQ(outcome.signal, signal) << outcome.error;
    EXPECT_EQ(outcome.error, "");
    EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
  }
}

TEST_F(Interrupt, EmbeddingKeepsTheFileThatWasThere) {
  write("out.npy", "old");
  Process process(embed_from_input());
  std::this_thread::sleep_for(300ms);
  process.send(SIGINT);
  process.wait();
  EXPECT_EQ(read("out.npy"), "old");
}

TEST_F(Interrupt, ConversionLeavesAWholePackageOrNothing) {
  for (auto delay = 0ms; delay < 1000ms; delay += 100ms) {
    const TemporaryFolder place;
    Process process(Invocation{{"convert", golden::model("longclip248.pt"), place / "m"}});
    std::this_thread::sleep_for(delay);
    process.send(SIGINT);
    const auto outcome = process.wait();
    if (outcome.exit_code == 0) {
      EXPECT_EQ(longclip({"info", place / "m"}).exit_code, 0);
    } else {
      EXPECT_EQ(outcome.signal, SIGINT) << outcome.error;
      EXPECT_TRUE(std::filesystem::is_empty(place.path()));
    }
  }
}

}  // namespace
}  // namespace longclip::testing
