#include "text/mojibake.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/utf8.h"

// All expected values are ftfy 6.3.1's: ftfy.badness.is_bad, ftfy.fix_encoding and
// ftfy.fixes.fix_c1_controls.
namespace longclip::text {
namespace {

using namespace std::string_view_literals;
using Pairs = std::vector<std::pair<std::u32string_view, std::u32string_view>>;

TEST(Mojibake, IsToldFromRealText) {
  const std::vector<std::pair<std::u32string_view, bool>> cases = {
      {U"sch\u00C3\u00B6n"sv, true},
      {U"\u00E2\u20AC\u0153quoted\u00E2\u20AC\235"sv, true},
      {U"\u00C3\u00A9"sv, true},
      {U"\u00C3 la mode"sv, true},
      {U"d\u00E9j\u00E0 vu"sv, false},
      {U"\u00C2\u00A9 2024"sv, true},
      {U"\u00A9 2024"sv, false},
      {U"\u0420\u0434\u0430\u0432\u043D\u043E"sv, false},
      {U"P\u00E1r\u00E1"sv, false},
      {U"caf\u00C3"sv, false},
      {U"plain"sv, false},
      {U""sv, false},
      {U"\u00A31.50 \u00B1 2 \u00B0C"sv, false},
      {U"\u00BFQu\u00E9?"sv, false},
      {U"na\u00C3\u00AFve"sv, true},
      {U"AH\u00C5\u2122, the new sofa"sv, false},
      {U"\u20AC10 \u2013 \u00A320 \u2122"sv, false},
      {U"MARQU\u00C9\u2026"sv, false},
      {U"\u00E9\u00E8\u00EA \u00C9\u00C8"sv, false},
      {U"\u65E5\u672C\u8A9E \U0001F60A"sv, false},
      {U"4288\u00D7\u00B2"sv, true},
  };
  for (const auto& [text, bad] : cases) EXPECT_EQ(looks_like_mojibake(text), bad) << encode_utf8(text);
}

TEST(Mojibake, IsUndoneLayerByLayerAndInParts) {
  const Pairs cases = {
      {U"sch\u00C3\u00B6n"sv, U"sch\u00F6n"sv},
      {U"\u00C3\u0192\u00C2\u00A9"sv, U"\u00E9"sv},
      {U"\u00E2\u20AC\u0153quoted\u00E2\u20AC\235"sv, U"\u201Cquoted\u201D"sv},
      {U"\u00E2\u2122\u00AB caf\u00C3\u00A9"sv, U"\u266B caf\u00E9"sv},
      {U"d\u00E9j\u00E0 vu"sv, U"d\u00E9j\u00E0 vu"sv},
      {U"\u00C3 la mode"sv, U"\u00E0 la mode"sv},
      {U"\u00F0\u0178\u02DC\u0160"sv, U"\U0001F60A"sv},
      {U"l\u00E2\u20AC\u2122humanit\u00C3\u00A9"sv, U"l\u2019humanit\u00E9"sv},
      {U"\u00C3\u00A0 c\u00F4t\u00E9 de"sv, U"\u00E0 c\u00F4t\u00E9 de"sv},
      {U"\u00D0\u00A2\u00D0\u00B5\u00D1\201\u00D1\u201A"sv, U"\u0422\u0435\u0441\u0442"sv},
      {U"voil\u00C3\u00A0 le travail"sv, U"voil\u00E0 le travail"sv},
      {U"(\u00E0 \u00E2\200\234x\u00E2\200\235)"sv, U"(\u00E0 \u201Cx\u201D)"sv},
      {U"\u00C3\u0192\u00C6\u2019\u00C3\u201A\u00C2\u00A9"sv, U"\u00E9"sv},
      {U"plain"sv, U"plain"sv},
      {U""sv, U""sv},
      {U"\u00BFQu\u00E9?"sv, U"\u00BFQu\u00E9?"sv},
      {U"\u00C3\u0192\u00C6\u2019\u00C3\u2020\u00E2\u20AC\u2122\u00C3\u0192\u00E2\u20AC\u0161\u00C3\u201A\u00C2\u00A9"sv,
       U"\u00E9"sv},
      {U"\u00E2\u20AC\uFFFDx"sv, U"\uFFFDx"sv},
      {U"f\u00C3 cil"sv, U"f\u00E0 cil"sv},
      {U"\u00C3 quele"sv, U"\u00E0quele"sv},
      {U"\u00ED\u00A0\u00BD\u00ED\u00B8\200"sv, U"\U0001F600"sv},
      {U"\u00C3\u00A9\u00C0\n"sv, U"\u00E9\000"sv},
      {U"\u0432\u0402\u201D"sv, U"\u2014"sv},
      {U"Ol\u221A\u00A9"sv, U"Ol\u00E9"sv},
      {U"\u251C\u00A9t\u251C\u00A9"sv, U"\u251C\u00A9t\u251C\u00A9"sv},
      {U"AH\u00C5\u2122, the new sofa"sv, U"AH\u00C5\u2122, the new sofa"sv},
  };
  for (const auto& [given, fixed] : cases) {
    std::u32string text(given);
    std::size_t budget = std::numeric_limits<std::size_t>::max();
    EXPECT_EQ(fix_encoding(text, budget), given != fixed) << encode_utf8(given);
    EXPECT_EQ(encode_utf8(text), encode_utf8(fixed)) << encode_utf8(given);
  }
}

TEST(Mojibake, IsLeftAloneWhereTheBudgetIsSpent) {
  std::u32string text = U"sch\u00C3\u00B6n";
  std::size_t budget = 0;
  EXPECT_FALSE(fix_encoding(text, budget));
  EXPECT_EQ(text, U"sch\u00C3\u00B6n");
}

TEST(FixC1, TakesTheControlsForThoseOfWindows1252) {
  const Pairs cases = {
      {U"\223a\224"sv, U"\u201Ca\u201D"sv},
      {U"\205"sv, U"\u2026"sv},
      {U"\201\215\217\220\235"sv, U"\201\215\217\220\235"sv},
      {U"\200 5"sv, U"\u20AC 5"sv},
      {U"\u00A0"sv, U"\u00A0"sv},
      {U"plain"sv, U"plain"sv},
  };
  for (const auto& [given, fixed] : cases) {
    std::u32string text(given);
    EXPECT_EQ(fix_c1(text), given != fixed);
    EXPECT_EQ(text, fixed);
  }
}

}  // namespace
}  // namespace longclip::text
