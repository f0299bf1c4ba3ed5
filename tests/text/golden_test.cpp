#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include <longclip/error.h>
#include <longclip/tokenizer.h>

#include "text/golden_cases.h"

namespace longclip {
namespace {

using Ids = std::vector<std::int32_t>;

class GoldenGroup : public testing::TestWithParam<golden::Group> {};

INSTANTIATE_TEST_SUITE_P(Reference, GoldenGroup, testing::ValuesIn(golden::groups),
                         [](const auto& group) { return group.param.name; });

TEST_P(GoldenGroup, IsCleanedAsByTheReference) {
  const Tokenizer tokenizer = Tokenizer::clip();
  std::size_t compared = 0;
  for (const auto& line : golden::cases_of(GetParam())) {
    EXPECT_EQ(tokenizer.clean(line["text"].get<std::string>()), line["clean"].get<std::string>()) << line["text"];
    ++compared;
  }
  EXPECT_EQ(compared, GetParam().cases);
}

TEST_P(GoldenGroup, GivesTheIdsOfTheReference) {
  const Tokenizer tokenizer = Tokenizer::clip();
  std::size_t compared = 0;
  for (const auto& line : golden::cases_of(GetParam())) {
    const auto ids = line["ids"].get<Ids>();
    EXPECT_EQ(tokenizer.encode(line["text"].get<std::string>()), ids) << line["text"];
    EXPECT_EQ(tokenizer.count(line["text"].get<std::string>()), ids.size() + 2) << line["text"];
    ++compared;
  }
  EXPECT_EQ(compared, GetParam().cases);
}

TEST(GoldenDecode, GivesTheTextOfTheReference) {
  const Tokenizer tokenizer = Tokenizer::clip();
  const auto lines = golden::read_lines(golden::tokenizer_data("decode.jsonl"));
  ASSERT_FALSE(lines.empty());
  for (const auto& line : lines)
    EXPECT_EQ(tokenizer.decode(line["ids"].get<Ids>()), line["text"].get<std::string>()) << line["ids"];
}

TEST(GoldenTokenize, GivesTheRowsAndErrorsOfTheReference) {
  const Tokenizer tokenizer = Tokenizer::clip();
  const auto lines = golden::read_lines(golden::tokenizer_data("tokenize.jsonl"));
  ASSERT_FALSE(lines.empty());
  for (const auto& line : lines) {
    const std::vector<std::string> texts{line["text"].get<std::string>()};
    const auto context = line["context"].get<std::size_t>();
    const Overflow overflow = line["truncate"] ? Overflow::truncate : Overflow::error;
    if (line.contains("error")) {
      EXPECT_THROW(tokenizer.tokenize(texts, context, overflow), InputErrors) << line["text"];
      continue;
    }
    Ids expected;
    for (const auto& run : line["ids"]) expected.insert(expected.end(), run[1].get<std::size_t>(), run[0].get<int>());
    EXPECT_EQ(tokenizer.tokenize(texts, context, overflow).ids, expected) << line["text"];
  }
}

class GoldenSentencePiece : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Reference, GoldenSentencePiece, testing::Values("tiny_unigram", "tiny_bpe"),
                         [](const auto& model) { return std::string(model.param); });

TEST_P(GoldenSentencePiece, GivesIdsAndTextsOfTheReference) {
  const std::string file = std::string(GetParam()) + ".model";
  const Tokenizer tokenizer = Tokenizer::load(golden::tokenizer_data("sentencepiece/" + file));
  EXPECT_EQ(tokenizer.kind(), "sentencepiece");
  std::size_t compared = 0;
  for (const auto& line : golden::read_lines(golden::tokenizer_data("sentencepiece/cases.jsonl"))) {
    if (line["model"] != file) continue;
    if (line.contains("size")) {
      EXPECT_EQ(tokenizer.size(), line["size"].get<std::size_t>());
      EXPECT_EQ(tokenizer.start_id(), line["bos"].get<int>());
      EXPECT_EQ(tokenizer.end_id(), line["eos"].get<int>());
      EXPECT_EQ(tokenizer.pad_id(), std::max(line["pad"].get<int>(), 0));
      continue;
    }
    const auto ids = line["ids"].get<Ids>();
    EXPECT_EQ(tokenizer.encode(line["text"].get<std::string>()), ids) << line["text"];
    EXPECT_EQ(tokenizer.decode(ids), line["decoded"].get<std::string>()) << line["text"];
    ++compared;
  }
  EXPECT_EQ(compared, 102u);
}

}  // namespace
}  // namespace longclip
