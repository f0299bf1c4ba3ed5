#include <signal.h>

#include <string>

#include "cli/golden_command.h"

namespace longclip::testing {
namespace {

class Console : public GoldenCommand {
 protected:
  static Invocation on_terminal() {
    Invocation invocation{{"rank", golden_image("rgb.png"), "--text", "cat"}};
    invocation.output_terminal = true;
    return invocation;
  }
};

TEST_F(Console, ResultsAreColouredOnATerminal) { EXPECT_NE(run(on_terminal()).output.find('\x1b'), std::string::npos); }

TEST_F(Console, ResultsAreNotColouredInAPipe) {
  EXPECT_EQ(run({"rank", golden_image("rgb.png"), "--text", "cat"}).output.find('\x1b'), std::string::npos);
}

TEST_F(Console, NoColorIsObeyed) {
  Invocation invocation = on_terminal();
  invocation.environment["NO_COLOR"] = "1";
  const auto outcome = run(invocation);
  EXPECT_EQ(outcome.output.find('\x1b'), std::string::npos);
  EXPECT_NE(outcome.output.find("cat"), std::string::npos);
}

TEST_F(Console, ProgressIsShownToAPersonAndTakenAway) {
  Invocation invocation{{"embed", "image", golden_image("rgb.png"), "-o", "out.npy"}};
  invocation.error_terminal = true;
  const auto outcome = run(invocation);
  EXPECT_EQ(outcome.exit_code, 0);
  const auto shown = outcome.error.find("pictures  0 of 1");
  ASSERT_NE(shown, std::string::npos) << outcome.error;
  EXPECT_NE(outcome.error.find("\r\x1b[K", shown), std::string::npos);
}

TEST_F(Console, RankingShowsProgressOfItsTexts) {
  Invocation invocation{{"rank", golden_image("rgb.png"), "--text", "cat", "dog"}};
  invocation.error_terminal = true;
  EXPECT_NE(run(invocation).error.find("texts  0 of 2"), std::string::npos);
}

TEST_F(Console, ProgressStaysOutOfLogs) {
  const auto outcome = run({"embed", "image", golden_image("rgb.png"), "-o", "out.npy"});
  EXPECT_EQ(outcome.error, "longclip: wrote out.npy (1 x 32, normalised) and out.names.jsonl\n");
}

TEST_F(Console, ReaderThatLeavesIsNoError) {
  Invocation invocation{{"rank", golden_image("rgb.png"), "--text", "cat"}};
  invocation.environment["LONGCLIP_MODEL"] = model();
  Process process(invocation);
  process.close_output();
  const auto outcome = process.wait();
  EXPECT_EQ(outcome.signal, SIGPIPE);
  EXPECT_EQ(outcome.error, "");
}

TEST_F(Console, NamesCannotSteerTheTerminal) {
  const auto outcome = run({"rank", "evil\x1b[2J\nname.jpg", "--text", "cat"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.error.find('\x1b'), std::string::npos);
  EXPECT_EQ(lines(outcome.error).size(), 1U);
  EXPECT_NE(outcome.error.find("evil\\x1b[2J\\nname.jpg"), std::string::npos) << outcome.error;
}

}  // namespace
}  // namespace longclip::testing
