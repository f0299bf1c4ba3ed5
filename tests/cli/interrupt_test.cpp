#include <signal.h>

#include <chrono>
#include <iterator>
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

  // The output folder has more in it than before: the command is at work.
  void wait_for_work(std::ptrdiff_t before = 0) const {
    const auto entries = [&] { return std::distance(std::filesystem::directory_iterator(folder_.path()), {}); };
    for (int i = 0; i < 6000 && entries() <= before; ++i) std::this_thread::sleep_for(10ms);
    ASSERT_GT(entries(), before);
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
  wait_for_work(1);
  process.send(SIGINT);
  const auto outcome = process.wait();
  EXPECT_EQ(outcome.signal, SIGINT) << outcome.error;
  EXPECT_EQ(read("out.npy"), "old");
}

// As `timeout` does: to the process, and to its group.
TEST_F(Interrupt, SignalThatComesTwiceIsHeardOnce) {
  for (int i = 0; i < 5; ++i) {
    Process process(embed_from_input());
    wait_for_work();
    process.send(SIGTERM);
    std::this_thread::sleep_for(200us);
    process.send(SIGTERM);
    const auto outcome = process.wait();
    EXPECT_EQ(outcome.signal, SIGTERM) << outcome.error;
    EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
  }
}

// A signal may also find the work done, and end the process all the same.
TEST_F(Interrupt, ConversionLeavesAWholePackageOrNothing) {
  for (auto delay = 0ms; delay < 800ms; delay += 50ms) {
    const TemporaryFolder place;
    Process process(Invocation{{"convert", golden::model("longclip248.pt"), place / "m"}});
    std::this_thread::sleep_for(delay);
    process.send(SIGINT);
    const auto outcome = process.wait();
    EXPECT_TRUE(outcome.exit_code == 0 || outcome.signal == SIGINT) << outcome.exit_code << " " << outcome.error;
    if (std::filesystem::is_empty(place.path())) {
      EXPECT_EQ(outcome.signal, SIGINT);
      continue;
    }
    // The package, and no remains beside it.
    const std::filesystem::directory_iterator entries(place.path());
    EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
    EXPECT_EQ(longclip({"info", place / "m"}).exit_code, 0);
    for (const auto& file : std::filesystem::directory_iterator(model())) {
      EXPECT_TRUE(std::filesystem::exists(place / "m" / file.path().filename())) << file.path();
    }
  }
}

}  // namespace
}  // namespace longclip::testing
