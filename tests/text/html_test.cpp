#include "text/html.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "text/utf8.h"

namespace longclip::text {
namespace {

// Examples of the HTML standard and of Python's own tests of html.unescape.
TEST(UnescapeHtml, FollowsTheStandard) {
  EXPECT_EQ(unescape_html(U"&notit; &notin;"), U"\u00ACit; \u2209");
  EXPECT_EQ(unescape_html(U"&#x80; &#128;"), U"\u20AC \u20AC");
  EXPECT_EQ(unescape_html(U"&#0; &#xD800; &#x110000; &#99999999999999999999;"), U"\uFFFD \uFFFD \uFFFD \uFFFD");
  EXPECT_EQ(unescape_html(U"a&#1;b&#xFFFF;c&#xFDD0;d"), U"abcd");
  EXPECT_EQ(unescape_html(U"& &# &#x; &; && &zz;"), U"& &# &#x; &; && &zz;");
  EXPECT_EQ(unescape_html(U"&CounterClockwiseContourIntegral;"), U"\u2233");
  EXPECT_EQ(unescape_html(U"a&copyb AT&Tcopy"), U"a\u00A9b AT&Tcopy");
}

TEST(UnescapeStrictly, WantsWholeNames) {
  EXPECT_EQ(unescape_strictly(U"&eacute; &EACUTE; &SZLIG; &#233;"), U"\u00E9 \u00C9 SS \u00E9");
  EXPECT_EQ(unescape_strictly(U"&eacute &copyb; &nTILDE; &#59; &#12ab;"), U"&eacute &copyb; &nTILDE; &#59; &#12ab;");
}

// The obvious way: again and again.
std::u32string unescape_repeatedly(std::u32string text) {
  for (;;) {
    std::u32string next = unescape_strictly(text);
    if (next == text) return text;
    text = std::move(next);
  }
}

TEST(UnescapeToTheBottom, EqualsUnescapingAgainAndAgain) {
  constexpr const char* parts[] = {"&",   "amp;", "amp",    ";",       "#38;",  "&#3", "3",
                                   "#x3", "&lt;", "&semi;", "eacute;", "&#59;", "a"};
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto part = random() % 12; part > 0; --part) text += parts[random() % std::size(parts)];
    const std::u32string decoded = decode_utf8(text);
    EXPECT_EQ(encode_utf8(unescape_to_the_bottom(decoded)), encode_utf8(unescape_repeatedly(decoded))) << text;
  }
}

}  // namespace
}  // namespace longclip::text
