#include "text/lower.h"

#include <gtest/gtest.h>

#include "text/utf8.h"

namespace longclip::text {
namespace {

// What Python's str.lower gives.
struct Lowered {
  const char32_t* text;
  const char32_t* expected;
};

constexpr Lowered cases[] = {
    {U"", U""},
    {U"A cat, \u00C9T\u00C9 I", U"a cat, \u00E9t\u00E9 i"},
    {U"\u1E9E \u212A \u2126 \u01C5 \u13A0 \U00010400 \u017F \u0131",
     U"\u00DF k \u03C9 \u01C6 \uAB70 \U00010428 \u017F \u0131"},
    // The one letter that becomes two, where room must be made for several.
    {U"\u0130\u0130\u03A3 A\u0130B", U"i\u0307i\u0307\u03C2 ai\u0307b"},
    // The final sigma: a letter before it and none behind it, marks and stops left aside.
    {U"\u0391\u03A3 \u0391\u03A3\u0391 \u03A3", U"\u03B1\u03C2 \u03B1\u03C3\u03B1 \u03C3"},
    {U"\u0391.\u03A3 \u0391\u03A3. \u0391\u03A3\u00AD\u0391 \u03A3\u03A3",
     U"\u03B1.\u03C2 \u03B1\u03C2. \u03B1\u03C3\u00AD\u03B1 \u03C3\u03C2"},
};

TEST(Lower, FollowsPython) {
  for (const auto& [text, expected] : cases) {
    std::u32string lowered = text;
    lower(lowered);
    EXPECT_EQ(encode_utf8(lowered), encode_utf8(expected)) << encode_utf8(text);
  }
}

}  // namespace
}  // namespace longclip::text
