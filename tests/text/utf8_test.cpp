#include "text/utf8.h"

#include <gtest/gtest.h>

#include <longclip/error.h>

namespace longclip::text {
namespace {

TEST(DecodeUtf8, ReadsCharactersOfAllLengths) {
  EXPECT_EQ(decode_utf8("a\xC3\xA9\xE6\x9D\xB1\xF0\x9F\x98\x80"), U"a\u00E9\u6771\U0001F600");
  EXPECT_EQ(encode_utf8(U"a\u00E9\u6771\U0001F600"), "a\xC3\xA9\xE6\x9D\xB1\xF0\x9F\x98\x80");
}

struct Broken {
  const char* bytes;
  const char* at;          // the first byte that is no UTF-8
  std::size_t characters;  // that Unicode's recommended practice makes of it
};

// The counts are those of The Unicode Standard, section 3.9, and of Python's errors="replace".
constexpr Broken broken[] = {
    {"\x80", "byte 0 of 1", 1},
    {"ab\xFFz", "byte 2 of 4", 4},
    {"\xC0\xAF", "byte 0 of 2", 2},          // a long form of '/'
    {"\xE0\x80\x80", "byte 0 of 3", 3},      // a long form of U+0000
    {"x\xED\xA0\x80", "byte 1 of 4", 4},     // a surrogate
    {"\xF4\x90\x80\x80", "byte 0 of 4", 4},  // beyond U+10FFFF
    {"\xF5\x80", "byte 0 of 2", 2},          // no lead byte
    {"\xF0\x9F\x98", "byte 0 of 3", 1},      // cut short
    {"\xE6\x9D\xC3\xA9", "byte 0 of 4", 2},  // cut short by the next character
};

TEST(DecodeUtf8, NamesTheFirstByteThatIsNone) {
  for (const Broken& text : broken) {
    try {
      decode_utf8(text.bytes);
      ADD_FAILURE() << text.at << " was taken";
    } catch (const InvalidInput& error) {
      EXPECT_NE(std::string_view(error.what()).find(text.at), std::string_view::npos) << error.what();
    }
    EXPECT_THROW(check_utf8(text.bytes), InvalidInput) << text.at;
  }
}

TEST(ReplaceBrokenUtf8, GivesOneReplacementForEachLongestBeginning) {
  for (const Broken& text : broken) {
    EXPECT_EQ(decode_utf8(replace_broken_utf8(text.bytes)).size(), text.characters) << text.at;
  }
}

}  // namespace
}  // namespace longclip::text
