#include "text/fix_text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/utf8.h"

namespace longclip::text {
namespace {

using namespace std::string_view_literals;

// Expected values are those of ftfy 6.3.1's fix_text.
TEST(FixText, RepairsAsFtfyDoes) {
  const std::vector<std::pair<std::u32string_view, std::u32string_view>> cases = {
      {U""sv, U""sv},
      {U"\u201Cit\u2019s\u201D"sv, U"\"it's\""sv},
      {U"\uFB01sh \u0133 \u01C4"sv, U"fish ij D\u017D"sv},
      {U"\uFF21\uFF22\uFF11\uFF01\u3000x"sv, U"AB1! x"sv},
      {U"\uFF76\uFF9E"sv, U"\u30AC"sv},
      {U"a\r\nb\rc\u2028d\u2029e\205f"sv, U"a\nb\nc\nd\ne\u2026f"sv},
      {U"\033[36;44mblue\033[0m"sv, U"blue"sv},
      {U"\000a\010b\177c"sv, U"abc"sv},
      {U"\uFEFFbom\uFEFF"sv, U"bom"sv},
      {U"e\u0301"sv, U"\u00E9"sv},
      {U"&lt;b&gt; & &amp;amp;"sv, U"<b> & &"sv},
      {U"<b>&amp;</b>"sv, U"<b>&amp;</b>"sv},
      {U"&amp;\n<p>&amp;\n&amp;"sv, U"&\n<p>&amp;\n&amp;"sv},
      {U"sch\u00C3\u00B6n&hellip;"sv, U"sch\u00F6n\u2026"sv},
      {U"\u00E2\u20AC\u0153x\u00E2\u20AC\235"sv, U"\"x\""sv},
      {U"a\u206Ab\uFFF9c"sv, U"abc"sv},
      {U"\u202Aleft\u202C"sv, U"\u202Aleft\u202C"sv},
      {U"\223hi\224"sv, U"\"hi\""sv},
      {U"&#x201c;a&#x201d;"sv, U"\"a\""sv},
      {U"tab\there"sv, U"tab\there"sv},
      {U"  keep  "sv, U"  keep  "sv},
      {U"   "sv, U"   "sv},
      {U"&amp &lt b&hellip"sv, U"&amp &lt b&hellip"sv},
      {U"&#59; &EACUTE; &nTILDE;"sv, U"&#59; \u00C9 &nTILDE;"sv},
      {U"&#xD800;&#0;a&#x80;&#128512;"sv, U"\uFFFD\uFFFDa\u20AC\U0001F600"sv},
      {U"\uFF06\uFF4C\uFF54\uFF1B"sv, U"<"sv},
      {U"\uFF1Cb\uFF1E &amp;"sv, U"<b> &"sv},
      {U"\033[1;31"sv, U"[1;31"sv},
      {U"\033[\033[1mm"sv, U"[m"sv},
      {U"\u0149 it\u02BCs"sv, U"'n it's"sv},
      {U"\u201Flow\u201A \u2039a\u203A \u2032"sv, U"\"low' \u2039a\u203A \u2032"sv},
      {U"\u1112\u1161\u11AB"sv, U"\uD55C"sv},
      {U"\u0915\u093F \u05E9\u05C1"sv, U"\u0915\u093F \u05E9\u05C1"sv},
      {U"A\u030A\u0323"sv, U"\u1EA0\u030A"sv},
      {U"\U0001F468\u200D\U0001F469 \u2764\uFE0F"sv, U"\U0001F468\u200D\U0001F469 \u2764\uFE0F"sv},
      {U"a\u200Bb\u00ADc\uFFFDd"sv, U"a\u200Bb\u00ADc\uFFFDd"sv},
      {U"\014\013"sv, U"\014"sv},
  };
  for (const auto& [given, fixed] : cases) {
    EXPECT_EQ(encode_utf8(fix_text(std::u32string(given))), encode_utf8(fixed)) << encode_utf8(given);
  }
}

}  // namespace
}  // namespace longclip::text
