#include <algorithm>
#include <string>
#include <vector>

#include "cli/golden_command.h"

namespace longclip::testing {
namespace {

// A .jsonl of golden cases, which are objects with a "text" already, and what they must give.
std::string golden_cases(std::size_t count, std::vector<nlohmann::json>& cases) {
  std::string file;
  for (const auto& line : lines(golden::read_bytes(golden::data("tokenizer/cases.jsonl")))) {
    if (cases.size() == count) break;
    cases.push_back(nlohmann::json::parse(line));
    file += line + "\n";
  }
  return file;
}

TEST(Tokenize, JsonEqualsTheReference) {
  const TemporaryFolder folder;
  std::vector<nlohmann::json> cases;
  std::ofstream(folder / "cases.jsonl") << golden_cases(2000, cases);
  const auto outcome = longclip({"tokenize", "--json", "--texts", folder / "cases.jsonl"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  const auto results = json_lines(outcome.output);
  ASSERT_EQ(results.size(), cases.size());
  ASSERT_GT(cases.size(), 100U);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(keys(results[i]), (std::vector<std::string>{"clean", "context", "count", "cut", "ids", "text"}));
    EXPECT_EQ(results[i]["text"], cases[i]["text"]);
    EXPECT_EQ(results[i]["clean"], cases[i]["clean"]);
    EXPECT_EQ(results[i]["ids"], cases[i]["ids"]) << cases[i]["text"];
    const auto count = cases[i]["ids"].size() + 2;
    EXPECT_EQ(results[i]["count"], count);
    EXPECT_EQ(results[i]["context"], 248);
    EXPECT_EQ(results[i]["cut"], count > 248 ? count - 248 : 0);
  }
}

TEST(Tokenize, LongTextsTellWhatWouldBeCut) {
  std::string text = "cat";
  for (int i = 1; i < 260; ++i) text += " cat";
  const auto result = json_lines(longclip({"tokenize", "--json", text}).output).at(0);
  EXPECT_EQ(result["count"], 262);  // one for each, start and end
  EXPECT_EQ(result["cut"], 14);
  const auto table = longclip({"tokenize", text}).output;
  EXPECT_NE(table.find("262 of 248"), std::string::npos);
  EXPECT_NE(table.find("14 would be lost"), std::string::npos);
}

TEST(Tokenize, TakesArgumentsFilesAndStandardInputInOrder) {
  const TemporaryFolder folder;
  std::ofstream(folder / "a.txt") << "second\r\n\nfourth\n";
  std::ofstream(folder / "b.jsonl") << "\"fif\\nth\"\n\n{\"text\": \"sixth\", \"other\": 1}\n";
  const Invocation invocation{
      {"tokenize", "--json", "first", "--texts", folder / "a.txt", "--texts", folder / "b.jsonl", "--texts", "-"},
      "seventh\neighth"};
  std::vector<std::string> texts;
  for (const auto& result : json_lines(longclip(invocation).output)) texts.push_back(result["text"]);
  EXPECT_EQ(texts,
            (std::vector<std::string>{"first", "second", "", "fourth", "fif\nth", "sixth", "seventh", "eighth"}));
}

TEST(Tokenize, DashAmongTextsIsStandardInput) {
  const auto results = json_lines(longclip(Invocation{{"tokenize", "--json", "-"}, "a cat\na dog\n"}).output);
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[1]["text"], "a dog");
}

TEST(Tokenize, TextsAreTakenAsTheyStand) {
  const std::vector<std::string> texts = {"[a dog, a cat]", "C", "++", "[]", "x]", "rank", "-5 degrees"};
  std::vector<std::string> arguments = {"tokenize", "--json"};
  arguments.insert(arguments.end(), texts.begin(), texts.end());
  const auto outcome = longclip(arguments);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  std::vector<std::string> taken;
  for (const auto& result : json_lines(outcome.output)) taken.push_back(result["text"]);
  EXPECT_EQ(taken, texts);
}

TEST(Tokenize, BadLinesAreNamedAndLeftOut) {
  const TemporaryFolder folder;
  std::ofstream(folder / "bad.jsonl") << "\"good\"\n{\"txt\": \"no\"}\n\"also good\"\n";
  const auto outcome = longclip({"tokenize", "--json", "--texts", folder / "bad.jsonl"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(json_lines(outcome.output).size(), 2U);
  EXPECT_NE(outcome.error.find("bad.jsonl:2: "), std::string::npos) << outcome.error;
}

TEST(Tokenize, Utf16IsNoTextFile) {
  const TemporaryFolder folder;
  std::ofstream(folder / "texts.txt") << std::string("a\0 \0c\0a\0t\0\n\0", 12);
  const auto outcome = longclip({"tokenize", "--texts", folder / "texts.txt"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.output, "");
  EXPECT_EQ(lines(outcome.error).size(), 1U);
  EXPECT_NE(outcome.error.find("texts.txt:1: "), std::string::npos) << outcome.error;
}

TEST(Tokenize, StandardInputThatCannotBeReadIsAFailure) {
  const TemporaryFolder folder;
  Invocation invocation{{"tokenize", "-"}};
  invocation.input_path = folder.path();  // a folder opens, and cannot be read
  const auto outcome = longclip(invocation);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.error.find("standard input: cannot be read"), std::string::npos) << outcome.error;
}

TEST(Tokenize, TextThatIsNoUtf8FailsAloneAndIsNamed) {
  const TemporaryFolder folder;
  std::ofstream(folder / "texts.txt") << "good\nb\xFF"
                                         "d\nalso good\n";
  const auto outcome = longclip({"tokenize", "--json", "--texts", folder / "texts.txt"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(json_lines(outcome.output).size(), 2U);
  EXPECT_NE(outcome.error.find("texts.txt:2: "), std::string::npos) << outcome.error;
}

class TokenizeWithModel : public GoldenCommand {};

TEST_F(TokenizeWithModel, UsesTheModelsContext) {
  const auto converted = longclip({"convert", golden::model("clip77.pt"), folder_ / "short", "--ratio", "1"});
  ASSERT_EQ(converted.exit_code, 0) << converted.error;
  const auto result = json_lines(run({"tokenize", "--json", "a cat", "--model", "short"}).output).at(0);
  EXPECT_EQ(result["context"], 77);
  EXPECT_EQ(json_lines(run({"tokenize", "--json", "a cat"}).output).at(0)["context"], 248);
}

}  // namespace
}  // namespace longclip::testing
