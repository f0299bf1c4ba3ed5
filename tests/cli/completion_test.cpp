#include <cstdlib>
#include <string>
#include <vector>

#include "cli/golden_command.h"

namespace longclip::testing {
namespace {

// What bash offers for a line, its last word being completed.
std::vector<std::string> offered(const std::string& words) {
  const TemporaryFolder folder;
  std::ofstream(folder / "longclip") << longclip({"completion", "bash"}).output;
  std::ofstream(folder / "ask")
      << "source " << (folder / "longclip").string() << "\nCOMP_WORDS=(" << words
      << ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_longclip\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
  const std::string command = "bash " + (folder / "ask").string() + " > " + (folder / "answer").string();
  EXPECT_EQ(std::system(command.c_str()), 0);
  return lines(golden::read_bytes(folder / "answer"));
}

TEST(Completion, BashOffersCommands) {
  EXPECT_EQ(offered("longclip ra"), std::vector<std::string>{"rank"});
  EXPECT_EQ(offered("longclip embed ''"), (std::vector<std::string>{"image", "text"}));
  EXPECT_EQ(offered("longclip fetch longclip-"), (std::vector<std::string>{"longclip-b", "longclip-l"}));
}

TEST(Completion, BashOffersOptionsAndTheirValues) {
  EXPECT_EQ(offered("longclip rank a.jpg --pic"), std::vector<std::string>{"--picture"});
  EXPECT_EQ(offered("longclip embed text --tr"), std::vector<std::string>{"--truncate"});
  EXPECT_EQ(offered("longclip convert --precision f"), (std::vector<std::string>{"fp32", "fp16"}));
}

// The other shells need not be installed; what is looked for here is that every option of the
// help is in their scripts.
TEST(Completion, EveryShellKnowsTheOptionsOfEveryCommand) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const auto outcome = longclip({"completion", shell});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
    for (const std::string option :
         {"texts", "picture", "output", "raw", "keep", "ratio", "only", "overwrite", "json"}) {
      const std::string spelling = shell == "fish" ? "-l " + option : "--" + option;
      EXPECT_NE(outcome.output.find(spelling), std::string::npos) << shell << " " << option;
    }
  }
}

}  // namespace
}  // namespace longclip::testing
