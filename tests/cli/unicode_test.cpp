#include "cli/unicode.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace longclip::cli {
namespace {

std::vector<char32_t> code_points(std::string_view text) {
  std::vector<char32_t> result;
  while (!text.empty()) result.push_back(next_code_point(text));
  return result;
}

TEST(Unicode, ReadsEveryLength) {
  EXPECT_EQ(code_points("a\u00E9\u20AC\U0001F642"), (std::vector<char32_t>{'a', 0xE9, 0x20AC, 0x1F642}));
}

TEST(Unicode, KnowsWhatShowsNothing) {
  for (const char32_t c : U"\u200D\uFE0F\u202E\u00AD\uFEFF")
    EXPECT_TRUE(c == 0 || is_invisible(c)) << static_cast<unsigned>(c);
  for (const char32_t c : U" a\u0301\u4E00\U0001F642") EXPECT_FALSE(is_invisible(c)) << static_cast<unsigned>(c);
}

TEST(Unicode, KnowsWhatSteersATerminal) {
  for (const char32_t c : {U'\n', U'\x1B', U'\x7F', U'\u009B', U'\u2028', U'\u202E', U'\u2066'})
    EXPECT_TRUE(is_control(c)) << static_cast<unsigned>(c);
  for (const char32_t c : {U' ', U'a', U'\u00A0', U'\u200D', U'\u4E00'})
    EXPECT_FALSE(is_control(c)) << static_cast<unsigned>(c);
}

TEST(Unicode, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(code_points("\xE2\x82"), (std::vector<char32_t>{kReplacement, kReplacement}));  // cut
  EXPECT_EQ(code_points("\xC0\xAF"), (std::vector<char32_t>{kReplacement, kReplacement}));  // overlong
  EXPECT_EQ(code_points("\xED\xA0\x80"), (std::vector<char32_t>(3, kReplacement)));         // surrogate
  EXPECT_EQ(code_points("\xF4\x90\x80\x80"), (std::vector<char32_t>(4, kReplacement)));     // above the last
  EXPECT_EQ(code_points("\xE9 a"), (std::vector<char32_t>{kReplacement, ' ', 'a'}));        // Latin-1
}

}  // namespace
}  // namespace longclip::cli
