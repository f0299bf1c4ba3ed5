#include <longclip/tokenizer.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <longclip/error.h>

#include "temporary_folder.h"
#include "text/golden_cases.h"
#include "text/vocabulary.h"

namespace longclip {
namespace {

using Ids = std::vector<std::int32_t>;

const Ids a_cat{320, 2368};  // of golden/tokenizer/tokenize.jsonl

std::string message_of(auto&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Tokenizer, DescribesItself) {
  const Tokenizer tokenizer = Tokenizer::clip();
  EXPECT_EQ(tokenizer.kind(), "clip-bpe");
  EXPECT_EQ(tokenizer.size(), 49408u);
  EXPECT_EQ(tokenizer.start_id(), 49406);
  EXPECT_EQ(tokenizer.end_id(), 49407);
  EXPECT_EQ(tokenizer.pad_id(), 0);
}

TEST(Tokenizer, ReadsSpecialTokensAsTextIfAsked) {
  const Tokenizer tokenizer = Tokenizer::clip();
  const std::string text = "a cat<|endoftext|>";
  EXPECT_EQ(tokenizer.encode(text), (Ids{320, 2368, 49407}));
  const Ids plain = tokenizer.encode(text, SpecialTokens::plain);
  for (const std::int32_t id : plain) EXPECT_LT(id, 49406);
  // Three pieces, as behind any other character: what the reference gives where it does not see a
  // special token, less the '!' before.
  EXPECT_EQ(tokenizer.decode(plain), "a cat <| endoftext |> ");
}

TEST(Tokenizer, SaysWhichTextsWereCut) {
  const Tokenizer tokenizer = Tokenizer::clip();
  const TokenBatch batch = tokenizer.tokenize({"a cat", "a", "a cat a cat", ""}, 4, Overflow::truncate);
  EXPECT_EQ(batch.rows, 4u);
  EXPECT_EQ(batch.ids, (Ids{49406, 320, 2368, 49407,  //
                            49406, 320, 49407, 0,     //
                            49406, 320, 2368, 49407,  //
                            49406, 49407, 0, 0}));
  EXPECT_EQ(batch.lengths, (std::vector<std::size_t>{4, 3, 4, 2}));
  EXPECT_EQ(batch.cut, (std::vector<std::size_t>{2}));
  EXPECT_EQ(batch.row(1)[1], 320);
}

TEST(Tokenizer, NamesEveryTextThatDoesNotFit) {
  const Tokenizer tokenizer = Tokenizer::clip();
  try {
    tokenizer.tokenize({"a cat", "a cat a cat", "a", "caf\xE9"}, 4);
    FAIL() << "no error";
  } catch (const InputErrors& errors) {
    ASSERT_EQ(errors.errors().size(), 2u);
    EXPECT_EQ(errors.errors()[0].index, 1u);
    EXPECT_EQ(errors.errors()[0].reason,
              "the text has 6 tokens and the context holds 4: shorten it, or let it be truncated");
    EXPECT_EQ(errors.errors()[1].index, 3u);
    EXPECT_EQ(errors.errors()[1].reason, "the text is not UTF-8 at byte 3 of 4: convert it to UTF-8 first");
  }
}

TEST(Tokenizer, StaysWholeWhenItIsMovedFrom) {
  Tokenizer tokenizer = Tokenizer::clip();
  const Tokenizer other = std::move(tokenizer);
  EXPECT_EQ(tokenizer.encode("a cat"), other.encode("a cat"));  // NOLINT: what is asked here
}

TEST(Tokenizer, RefusesAContextOfNothing) { EXPECT_THROW(Tokenizer::clip().tokenize({"a cat"}, 0), InvalidInput); }

TEST(Tokenizer, RefusesIdsThatAreNone) {
  const Tokenizer tokenizer = Tokenizer::clip();
  EXPECT_EQ(message_of([&] {
              tokenizer.decode(Ids{320, 49408});
            }),
            "no token has the id 49408: ids go from 0 to 49407");
  EXPECT_THROW(tokenizer.decode(Ids{-1}), InvalidInput);
}

TEST(Tokenizer, RefusesTextsThatAreNotUtf8) {
  const Tokenizer bpe = Tokenizer::clip();
  const Tokenizer pieces = Tokenizer::load(golden::tokenizer_data("sentencepiece/tiny_bpe.model"));
  for (const Tokenizer& tokenizer : {bpe, pieces}) {
    EXPECT_THROW(tokenizer.encode("a \xFF"), InvalidInput) << tokenizer.kind();
    EXPECT_THROW(tokenizer.clean("a \xFF"), InvalidInput) << tokenizer.kind();
    EXPECT_THROW(tokenizer.count("a \xFF"), InvalidInput) << tokenizer.kind();
  }
}

TEST(Tokenizer, LoadsTheKindThatAFileHolds) {
  const testing::TemporaryFolder folder;
  const auto vocabulary = text::clip_vocabulary();
  std::ofstream(folder / "vocabulary", std::ios::binary)
      .write(reinterpret_cast<const char*>(vocabulary.data()), static_cast<std::streamsize>(vocabulary.size()));
  std::ofstream(folder / "merges") << "#version: 0.2\na t</w>\nc at</w>\n";
  std::ofstream(folder / "picture", std::ios::binary) << "\x89PNG\r\n\x1A\n";

  EXPECT_EQ(Tokenizer::load(folder / "vocabulary").encode("a cat"), a_cat);
  const Tokenizer merges = Tokenizer::load(folder / "merges");
  EXPECT_EQ(merges.kind(), "clip-bpe");
  EXPECT_EQ(merges.size(), 516u);
  EXPECT_EQ(merges.encode("cat"), (Ids{513}));
  EXPECT_EQ(Tokenizer::load(golden::tokenizer_data("sentencepiece/tiny_unigram.model")).kind(), "sentencepiece");
  EXPECT_EQ(
      message_of([&] { Tokenizer::load(folder / "picture"); }),
      (folder / "picture").string() + ": not a tokenizer: give CLIP's merges (text or gzip) or a SentencePiece model");
  EXPECT_THROW(Tokenizer::load(folder / "missing"), InvalidFile);
}

TEST(Tokenizer, PutsStartAndEndOfASentencePieceModelAroundATextAndPadsWithItsPad) {
  const Tokenizer unigram = Tokenizer::load(golden::tokenizer_data("sentencepiece/tiny_unigram.model"));
  const Ids one = unigram.encode("a");  // {5}, of golden/tokenizer/sentencepiece
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(unigram.count("a"), 3u);
  EXPECT_EQ(unigram.tokenize({"a"}, 5).ids, (Ids{1, 5, 2, 3, 3}));
  EXPECT_EQ(unigram.tokenize({"a a a a"}, 3, Overflow::truncate).ids, (Ids{1, 5, 2}));
  const Tokenizer bpe = Tokenizer::load(golden::tokenizer_data("sentencepiece/tiny_bpe.model"));
  EXPECT_EQ(bpe.tokenize({""}, 4).ids, (Ids{1, 2, 0, 0}));
}

TEST(Tokenizer, TakesNoContextThatNoMemoryHolds) {
  for (const std::size_t context : {std::size_t{0}, SIZE_MAX}) {
    EXPECT_THROW(Tokenizer::clip().tokenize({"a cat"}, context), InvalidInput) << context;
  }
}

TEST(Tokenizer, GivesTheSameFromEightThreads) {
  std::vector<std::string> texts;
  std::vector<Ids> expected;
  for (const auto& line : golden::read_lines(golden::tokenizer_data("cases.jsonl"))) {
    if (line["group"] == "special_long") continue;
    texts.push_back(line["text"]);
    expected.push_back(line["ids"].get<Ids>());
  }
  std::vector<std::vector<Ids>> results(8);
  {
    std::vector<std::jthread> threads;
    for (auto& result : results) {
      threads.emplace_back([&] {
        const Tokenizer tokenizer = Tokenizer::clip();
        for (const std::string& text : texts) result.push_back(tokenizer.encode(text));
      });
    }
  }
  for (const auto& result : results) EXPECT_TRUE(result == expected);
}

}  // namespace
}  // namespace longclip
