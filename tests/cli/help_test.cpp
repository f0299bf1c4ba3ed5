#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/process.h"

namespace longclip::testing {
namespace {

const std::vector<std::vector<std::string>>& all_commands() {
  static const std::vector<std::vector<std::string>> commands = {
      {"rank"}, {"embed"},  {"embed", "image"}, {"embed", "text"}, {"tokenize"}, {"convert"},  {"fetch"},
      {"info"}, {"scenes"}, {"train"},          {"finetune"},      {"eval"},     {"classify"}, {"completion"}};
  return commands;
}

TEST(Help, ProgramNamesEveryCommandAndExitCode) {
  const auto outcome = longclip({"--help"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.error, "");
  for (const auto& command : all_commands())
    EXPECT_NE(outcome.output.find("  " + command.front() + " "), std::string::npos);
  EXPECT_NE(outcome.output.find("Exit code"), std::string::npos);
}

TEST(Help, EveryCommandHasAnExampleOfItself) {
  for (auto command : all_commands()) {
    std::string name = "longclip";
    for (const auto& word : command) name += " " + word;
    command.push_back("--help");
    const auto outcome = longclip(command);
    EXPECT_EQ(outcome.exit_code, 0) << name;
    EXPECT_EQ(outcome.error, "") << name;
    EXPECT_EQ(outcome.output.rfind(name + ": ", 0), 0U) << outcome.output;
    const auto example = outcome.output.find("Example");
    ASSERT_NE(example, std::string::npos) << name;
    EXPECT_NE(outcome.output.find(name, example), std::string::npos) << name;
  }
}

TEST(Help, FitsATerminal) {
  for (auto command : all_commands()) {
    command.push_back("--help");
    std::string line;
    for (const char c : longclip(command).output) {
      if (c != '\n') {
        line += c;
        continue;
      }
      EXPECT_LE(line.size(), 80U) << line;
      line.clear();
    }
  }
}

TEST(Help, VersionIsThatOfTheHeader) {
  const auto outcome = longclip({"--version"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.output, "longclip " LONGCLIP_TEST_VERSION "\n");
}

struct WrongUse {
  std::vector<std::string> arguments;
  std::string told;  // in the one line
};

TEST(WrongUseOf, IsOneLineWithAHintAndExitCodeTwo) {
  const std::vector<WrongUse> cases = {
      {{}, "no command given"},
      {{"rnak"}, "did you mean rank?"},
      {{"rank", "a.jpg", "--txet", "b"}, "did you mean --text?"},
      {{"rank", "a.jpg"}, "--text TEXT"},
      {{"rank", "--text", "a"}, "no picture"},
      {{"rank", "a.jpg", "--text", "b", "--top", "0"}, "--top"},
      {{"rank", "a.jpg", "--text", "b", "--by", "colour"}, "--by"},
      {{"rank", "a.jpg", "--text", "b", "--picture", "c.jpg"}, ".png"},
      {{"rank", "a.jpg", "--text", "b", "--precision", "fp8"}, "fp16"},
      {{"rank", "a.jpg", "--text", "b", "--threads", "-1"}, "--threads"},
      {{"rank", "a.jpg", "--texts"}, "--texts: needs a value"},
      {{"rank", "", "--text", "b"}, "IMAGE: must name a file"},
      {{"rank", "a.jpg", "--text", "b", "--picture", ""}, "--picture: must name a file"},
      {{"rank", "-", "--texts", "-"}, "standard input"},
      {{"--json", "rank", "a.jpg"}, "after rank"},
      {{"embed"}, "no command given"},
      {{"embed", "imag"}, "did you mean image?"},
      {{"embed", "image", "a.jpg"}, "--output"},
      {{"embed", "image", "a.jpg", "-o", "-"}, "-o"},
      {{"embed", "image", "a.jpg", "-o", ""}, "--output: must name a file"},
      {{"tokenize"}, "no text"},
      {{"convert", "a.pt"}, "PACKAGE"},
      {{"convert", "a.pt", "b", "--only", "both"}, "vision"},
      {{"info"}, "PATH"},
      {{"info", "a", "b"}, "unexpected argument b"},
      {{"fetch"}, "NAME"},
      {{"fetch", "longclip-x"}, "longclip-l"},
      {{"info", "a", "[b, c]"}, "unexpected argument [b, c]."},
      {{"completion", "tcsh"}, "fish"},
  };
  for (const auto& [arguments, told] : cases) {
    const auto outcome = longclip(arguments);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.error;
    EXPECT_EQ(outcome.output, "");
    EXPECT_EQ(outcome.error.rfind("longclip: ", 0), 0U) << outcome.error;
    EXPECT_EQ(outcome.error.find('\n') + 1, outcome.error.size()) << outcome.error;
    EXPECT_NE(outcome.error.find(told), std::string::npos) << outcome.error;
    EXPECT_NE(outcome.error.find("--help`"), std::string::npos) << outcome.error;
  }
}

}  // namespace
}  // namespace longclip::testing
