#include "text/clean.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include <longclip/error.h>

namespace longclip::text {
namespace {

// Expected values are the reference's: ftfy 6.3.1, html.unescape twice, strip, spaces folded, lower.
TEST(Clean, GivesTheReferencesText) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"", ""},
      {"   ", ""},
      {"\t\n", ""},
      {"A  Photo\n of\ta CAT.", "a photo of a cat."},
      {"&amp;lt;b&amp;gt;", "<b>"},
      {"&amp;amp;amp;amp;lt;", "<"},
      {"<p>&amp;amp;</p>", "<p>&</p>"},
      {"&quot;Caf\u00C3\u00A9&quot;", "\"caf\u00E9\""},
      {"\u201CIT\u2019S\u201D", "\"it's\""},
      {"\u0130stanbul \u039F\u03A3", "i\u0307stanbul \u03BF\u03C2"},
      {"&nbsp;x&nbsp;", "x"},
      {"\uFEFFA", "a"},
      {"STRASSE STRA\u1E9EE", "strasse stra\u00DFe"},
      {"&#8220;X&#8221; <i>", "\u201Cx\u201D <i>"},
      {"\u00A0A\u00A0B\u3000", "a b"},
      {"&notanentity; &copy", "\u00ACanentity; \u00A9"},
      {"\033[1mBold", "bold"},
      {"<|EndOfText|>", "<|endoftext|>"},
      {"100%&#x0d;", "100%"},
      {"\u00A0\u2003\u3000", ""},
      {"\uFEFF", ""},
      {"&lt &amp b&hellip", "< & b&hellip"},
      {"&amp;#39;s &#59;", "'s ;"},
      {"&#xD800;&#0;", "\uFFFD\uFFFD"},
      {"<&#x65;&#x301;>", "<e\u0301>"},
      {"<&Atilde;&copy;>", "<\u00E3\u00A9>"},
      {"<b>&amp;amp;amp;</b>", "<b>&amp;</b>"},
      {"\U0001F600 OK \U0001F468\u200D\U0001F469", "\U0001F600 ok \U0001F468\u200D\U0001F469"},
      {"\uFF21\uFF22\u3000\uFB01SH", "ab fish"},
      {"\u03A3 \u039F\u0394\u039F\u03A3. \u03A3\u0391\u03A3'", "\u03C3 \u03BF\u03B4\u03BF\u03C2. \u03C3\u03B1\u03C2'"},
      {"\u041A\u041E\u0422 \u732B", "\u043A\u043E\u0442 \u732B"},
      {"X&#x1f;Y&#x200b;Z", "xy\u200Bz"},
      {"LINE\u2028two\014THREE", "line two three"},
  };
  for (const auto& [given, cleaned] : cases) EXPECT_EQ(clean(given), cleaned) << given;
}

TEST(Clean, RefusesWhatIsNotUtf8) {
  for (const char* text : {"a\xff", "\xc3", "\xed\xa0\x80", "\xc0\x80"}) EXPECT_THROW(clean(text), InvalidInput);
}

// The quick way is taken only where the long one gives the same, but for the spaces.
TEST(LowerPlainAscii, LeavesAloneWhatNeedsMoreThanLowering) {
  std::string lowered;
  EXPECT_TRUE(lower_plain_ascii("A CAT,\tit's 2", lowered));
  EXPECT_EQ(lowered, "a cat,\tit's 2");
  EXPECT_TRUE(lower_plain_ascii("", lowered));
  EXPECT_EQ(lowered, "");
  for (const char* text : {"Caf\u00E9", "a & b", "\033[1mb", "a\177", "a\001"}) {
    EXPECT_FALSE(lower_plain_ascii(text, lowered)) << text;
  }
}

}  // namespace
}  // namespace longclip::text
