#include "text/split.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace longclip::text {
namespace {

using Pieces = std::vector<std::string>;

Pieces pieces(std::string_view text, bool with_special_tokens = true) {
  Pieces result;
  split(text, with_special_tokens, [&](std::string_view piece) { result.emplace_back(piece); });
  return result;
}

struct Case {
  const char* text;
  Pieces pieces;
};

// What the reference's pattern finds, by Python's regex.
TEST(Split, FindsThePiecesOfTheReference) {
  const std::vector<Case> cases = {
      {"", {}},
      {"   ", {}},
      {"it's a dog's life, isn't it", {"it", "'s", "a", "dog", "'s", "life", ",", "isn", "'t", "it"}},
      {"we'll they've i'd i'm you're y'all",
       {"we", "'ll", "they", "'ve", "i", "'d", "i", "'m", "you", "'re", "y", "'", "all"}},
      {"'twas the dogs' bowl 'sup", {"'t", "was", "the", "dogs", "'", "bowl", "'s", "up"}},
      {"2023 x2 3.5", {"2", "0", "2", "3", "x", "2", "3", ".", "5"}},
      {"\u00BD \u00B2 \u216B \u0664\u0662", {"\u00BD", "\u00B2", "\u216B", "\u0664", "\u0662"}},
      {"na\u00EFve \u0441\u043E\u0431\u0430\u043A\u0430 \u72AC",
       {"na\u00EFve", "\u0441\u043E\u0431\u0430\u043A\u0430", "\u72AC"}},
      {"e\u0301 cafe\u0301", {"e", "\u0301", "cafe", "\u0301"}},
      {"a--b !? ...", {"a", "--", "b", "!?", "..."}},
      {"\U0001F600\U0001F600 ok", {"\U0001F600\U0001F600", "ok"}},
      {"a<|endoftext|>b", {"a", "<|endoftext|>", "b"}},
      {"<|startoftext|", {"<|", "startoftext", "|"}},
      {"a\u00A0b\u3000c\u2009d\u200Be", {"a", "b", "c", "d", "\u200B", "e"}},
      {"it\u2019s", {"it", "\u2019", "s"}},
      {"'\u017Fo", {"'\u017F", "o"}},
      {"_a_b1", {"_", "a", "_", "b", "1"}},
      {"<|startoftext|><|endoftext|>", {"<|startoftext|>", "<|endoftext|>"}},
      {"\u0E01\u0E33 \u0939\u093F", {"\u0E01\u0E33", "\u0939", "\u093F"}},
      {"\t \n", {}},
      {"!'s ''s \"'s", {"!'", "s", "''", "s", "\"'", "s"}},
      {"!<|endoftext|>", {"!<|", "endoftext", "|>"}},
      {"<|\u017Ftartoftext|>", {"<|\u017Ftartoftext|>"}},
      {"o'clock 'em", {"o", "'", "clock", "'", "em"}},
      {"x\u0345y", {"x", "y"}},
      {"\u2764\uFE0F\U0001F44D\U0001F3FD \U0001F468\u200D\U0001F469",
       {"\u2764\uFE0F\U0001F44D\U0001F3FD", "\U0001F468\u200D\U0001F469"}},
      {"\uD55C\uAD6D\uC5B4 \u0627\u0644\u0639\u0631\u0628\u064A\u0629",
       {"\uD55C\uAD6D\uC5B4", "\u0627\u0644\u0639\u0631\u0628\u064A\u0629"}},
      {"3rd 1,000", {"3", "rd", "1", ",", "0", "0", "0"}},
      {"\u20AC5 50%", {"\u20AC", "5", "5", "0", "%"}},
      {"\uFFFD\uFFFD a", {"\uFFFD\uFFFD", "a"}},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(pieces(text), expected) << text;
}

TEST(Split, TakesSpecialTokensApartWhereTheyAreNoneHere) {
  EXPECT_EQ(pieces("a<|endoftext|>", false), (Pieces{"a", "<|", "endoftext", "|>"}));
  EXPECT_EQ(pieces("<|startoftext|>", false), (Pieces{"<|", "startoftext", "|>"}));
}

}  // namespace
}  // namespace longclip::text
