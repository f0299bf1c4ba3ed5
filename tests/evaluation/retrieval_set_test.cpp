#include <gtest/gtest.h>
#include <longclip/evaluation.h>

#include <string>
#include <vector>

namespace longclip {
namespace {

using Strings = std::vector<std::string>;
using Images = std::vector<std::vector<std::size_t>>;

Example example(const std::string& image, Strings long_captions, Strings short_captions) {
  Example result;
  result.image = image;
  result.long_captions = std::move(long_captions);
  result.short_captions = std::move(short_captions);
  return result;
}

TEST(RetrievalSet, HasEachImageOnceAndAllCaptionsOfTheKind) {
  std::vector<Example> examples = {example("a", {"long a"}, {"s1", "s2"}), example("b", {}, {"s3"}),
                                   example("a", {"long a again"}, {})};
  examples[0].group = 4;
  examples[0].detail = "colour";
  const auto long_ones = retrieval_set(examples, CaptionKind::long_captions);
  EXPECT_EQ(long_ones.images, (std::vector<std::filesystem::path>{"a", "b"}));
  EXPECT_EQ(long_ones.texts, (Strings{"long a", "long a again"}));
  EXPECT_EQ(long_ones.relevance.own, (std::vector<std::size_t>{0, 0}));
  EXPECT_TRUE(long_ones.relevance.further.of_text.empty());
  EXPECT_EQ(long_ones.groups, (std::vector<int>{4, -1}));
  EXPECT_EQ(long_ones.details, (Strings{"colour", ""}));
  const auto short_ones = retrieval_set(examples, CaptionKind::short_captions);
  EXPECT_EQ(short_ones.images, long_ones.images);
  EXPECT_EQ(short_ones.texts, (Strings{"s1", "s2", "s3"}));
  EXPECT_EQ(short_ones.relevance.own, (std::vector<std::size_t>{0, 0, 1}));
}

TEST(RetrievalSet, ShortCaptionsAreRightForAllImagesThatHoldTheirClaims) {
  std::vector<Example> examples = {example("a", {"long a"}, {"a dog"}), example("b", {"long b"}, {"a cat"}),
                                   example("c", {"long c"}, {"a dog on grass"})};
  examples[0].facts = {"dog", "snow"};
  examples[0].claims = {"dog"};
  examples[1].facts = {"cat"};
  examples[1].claims = {"cat"};
  examples[2].facts = {"dog", "grass"};
  examples[2].claims = {"dog", "grass"};
  const auto [of_text, lists] = retrieval_set(examples, CaptionKind::short_captions).relevance.further;
  EXPECT_EQ(of_text, (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(lists, (Images{{0, 2}, {1}, {2}}));
  EXPECT_TRUE(retrieval_set(examples, CaptionKind::long_captions).relevance.further.of_text.empty());
}

// As lines of a JSON-lines file may name a picture several times.
TEST(RetrievalSet, FactsOfAllExamplesOfAnImageCount) {
  std::vector<Example> examples = {example("a", {"long a"}, {}), example("a", {}, {"a dog"}),
                                   example("b", {}, {"another dog"})};
  examples[1].facts = {"dog"};
  examples[1].claims = {"dog"};
  examples[2].facts = {"dog"};
  examples[2].claims = {"dog"};
  const auto further = retrieval_set(examples, CaptionKind::short_captions).relevance.further;
  EXPECT_EQ(further.lists.at(further.of_text.at(1)), (std::vector<std::size_t>{0, 1}));
}

}  // namespace
}  // namespace longclip
