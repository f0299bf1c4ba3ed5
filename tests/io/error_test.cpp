#include <longclip/error.h>

#include <string>

#include <gtest/gtest.h>

namespace longclip {
namespace {

TEST(Error, IsOneLineWhateverItQuotes) {
  EXPECT_STREQ(Error("a\nb: is missing").what(), "a\\nb: is missing");
  EXPECT_STREQ(InvalidFile(std::string("\x1b[2Jx\0y\x7f", 8)).what(), "\\x1b[2Jx\\x00y\\x7f");
  EXPECT_STREQ(InputErrors({{0, "a\r\nb"}}).what(), "input 0: a\\x0d\\nb");
}

TEST(Error, KeepsTextOfAnyLanguage) { EXPECT_STREQ(Error("café, 猫: \xff").what(), "café, 猫: \xff"); }

TEST(InputErrors, SayTheFirstAndHowManyMore) {
  const InputErrors errors({{3, "too long"}, {5, "damaged"}, {8, "damaged"}});
  EXPECT_STREQ(errors.what(), "input 3: too long (and 2 more)");
  EXPECT_EQ(errors.errors()[2].index, 8U);
}

}  // namespace
}  // namespace longclip
