#include <algorithm>
#include <cstdlib>
#include <regex>
#include <sstream>
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

// What follows `begin` in the text, up to `end`.
std::string after(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t at = text.find(begin);
  if (at == std::string::npos) return "";
  const std::size_t first = at + begin.size();
  return text.substr(first, text.find(end, first) - first);
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
  const std::regex long_option(R"(--([a-z][a-z0-9-]*))");
  const std::string bash = longclip({"completion", "bash"}).output;
  const std::string zsh = longclip({"completion", "zsh"}).output;
  const std::string fish = longclip({"completion", "fish"}).output;
  for (const std::string command : {"rank", "embed image", "embed text", "tokenize", "convert", "fetch", "info",
                                    "scenes", "train", "finetune", "eval", "classify"}) {
    std::vector<std::string> words;
    std::istringstream split(command);
    for (std::string word; split >> word;) words.push_back(word);
    words.emplace_back("--help");
    const std::string help = longclip(words).output;
    const std::string options = help.substr(0, help.find("Example"));
    std::size_t count = 0;
    for (std::sregex_iterator match(options.begin(), options.end(), long_option), end; match != end; ++match, ++count) {
      const std::string option = (*match)[1];
      // The line of the command in bash, its function in zsh, its lines in fish.
      const std::string in_bash = after(bash, "'longclip " + command + "') words=", "\n");
      EXPECT_NE((in_bash + " ").find("--" + option), std::string::npos) << command << " --" << option;
      std::string function = "_longclip_" + command;
      std::replace(function.begin(), function.end(), ' ', '_');
      EXPECT_NE(after(zsh, function + "() {", "\n}").find("--" + option + "["), std::string::npos)
          << command << " --" << option;
      EXPECT_NE(fish.find(" -l " + option + " "), std::string::npos) << command << " --" << option;
    }
    EXPECT_GE(count, 2u) << command;  // --help, and one at least
  }
}

TEST(Completion, OffersNoPlaceholderForAFile) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const std::string script = longclip({"completion", shell}).output;
    EXPECT_EQ(script.find("FILE imagenet"), std::string::npos) << shell;
  }
}

}  // namespace
}  // namespace longclip::testing
