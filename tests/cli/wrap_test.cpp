#include "cli/wrap.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace longclip::cli {
namespace {

using Lines = std::vector<std::string>;

int one(char32_t) { return 1; }

TEST(Wrap, BreaksBetweenWords) {
  EXPECT_EQ(wrap("a cat and a dog", 7, 9, one), (Lines{"a cat", "and a", "dog"}));
  EXPECT_EQ(wrap("a cat and", 5, 9, one), (Lines{"a cat", "and"}));  // the space is at the edge
}

TEST(Wrap, BreaksWordsThatAreTooLong) { EXPECT_EQ(wrap("abcdefgh ij", 3, 9, one), (Lines{"abc", "def", "gh", "ij"})); }

TEST(Wrap, EndsInAnEllipsisWhereLinesRunOut) {
  EXPECT_EQ(wrap("a cat and a dog", 7, 2, one), (Lines{"a cat", "and a…"}));
  EXPECT_EQ(wrap("abcdefgh", 4, 1, one), Lines{"abc…"});
  EXPECT_EQ(wrap("abcd", 4, 1, one), Lines{"abcd"});
}

TEST(Wrap, CountsCharactersNotBytes) { EXPECT_EQ(wrap("東京 夜景", 2, 9, one), (Lines{"東京", "夜景"})); }

TEST(Wrap, NeverEmptyAndNeverEndless) {
  EXPECT_EQ(wrap("", 5, 3, one), Lines{""});
  EXPECT_EQ(wrap("ab", 0, 9, one), (Lines{"a", "b"}));  // a line has one character at least
}

TEST(Folded, MakesOneLineOfAnything) {
  EXPECT_EQ(folded("  a\n\tb\x1b[2J  "), "a b [2J");
  EXPECT_EQ(folded("bad \xFF\xC0\xAF end"), "bad \uFFFD\uFFFD\uFFFD end");
}

}  // namespace
}  // namespace longclip::cli
