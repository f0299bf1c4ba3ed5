// Texts of a megabyte made to be slow. Work in proportion to the square of the length would take
// from hours to months here, beyond the tests' time limit.

#include <gtest/gtest.h>

#include <random>
#include <string>

#include <longclip/tokenizer.h>

#include "text/utf8.h"

namespace longclip {
namespace {

// Just short of where the reference cuts a line in two.
constexpr std::size_t megabyte = 900'000;

std::string repeated(std::string_view part) {
  std::string text;
  while (text.size() < megabyte) text += part;
  return text;
}

// UTF-8 read as Latin-1 and written as UTF-8 again.
std::string mojibake_of(std::string_view text) {
  std::string result;
  for (const char byte : text) text::append_utf8(result, static_cast<unsigned char>(byte));
  return result;
}

class LongText : public testing::Test {
 protected:
  // The text comes back from its ids, spaces aside.
  void expect_kept(const std::string& text, const std::string& cleaned) const {
    std::string decoded = tokenizer_.decode(tokenizer_.encode(text));
    std::erase(decoded, ' ');
    EXPECT_TRUE(decoded == cleaned) << decoded.size() << " bytes for " << cleaned.size();
  }

  const Tokenizer tokenizer_ = Tokenizer::clip();
};

TEST_F(LongText, OfOneWord) {
  std::mt19937 random(5);
  std::string word;
  while (word.size() < megabyte) word += static_cast<char>('a' + random() % 26);
  expect_kept(word, word);
  expect_kept(std::string(megabyte, 'a'), std::string(megabyte, 'a'));
  expect_kept(std::string(megabyte, '!'), std::string(megabyte, '!'));
}

TEST_F(LongText, OfAScriptWithoutSpaces) {
  const std::string text = repeated("\xE6\x9D\xB1\xE4\xBA\xAC");
  expect_kept(text, text);
}

TEST_F(LongText, OfSpaces) {
  for (const char* space : {" ", "\n", "\r\n", "\xE3\x80\x80", "\x1C"}) {
    EXPECT_TRUE(tokenizer_.encode(repeated(space)).empty());
  }
}

TEST_F(LongText, OfManyTimesEscapedAmpersands) {
  EXPECT_EQ(tokenizer_.clean("&" + repeated("amp;")), "&");
  EXPECT_EQ(tokenizer_.clean("caf\xC3\xA9 &" + repeated("amp;#38;")), "caf\xC3\xA9 &");
  EXPECT_EQ(tokenizer_.clean("&" + repeated("amp;") + "eacute;"), "\xC3\xA9");
  EXPECT_EQ(tokenizer_.clean(repeated("&amp;amp;amp;\n")).find("amp"), std::string::npos);
}

TEST_F(LongText, OfReferencesInsideReferences) {
  std::string text;  // each "&#x33;" is a 3 that completes the one around it
  std::string ends;
  while (text.size() + ends.size() < megabyte) {
    text += "&#x3";
    ends += ';';
  }
  EXPECT_EQ(tokenizer_.clean(text + "3" + ends), "3");
}

TEST_F(LongText, OfReferencesWithoutEnd) {
  EXPECT_TRUE(tokenizer_.clean(repeated("&")) == repeated("&"));
  EXPECT_TRUE(tokenizer_.clean("&" + std::string(megabyte, 'z')) == "&" + std::string(megabyte, 'z'));
  EXPECT_TRUE(tokenizer_.clean(repeated("&#x")) == repeated("&#x"));
  const std::string unknown = repeated("&zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz");
  EXPECT_TRUE(tokenizer_.clean(unknown) == unknown);
  EXPECT_EQ(tokenizer_.clean("&#" + std::string(megabyte, '1')), "\xEF\xBF\xBD");
}

TEST_F(LongText, OfCombiningMarks) {
  const std::string marks = repeated("\xCC\xA7\xCC\x81");  // cedilla, acute
  EXPECT_EQ(tokenizer_.clean("x" + marks).size(), 1 + marks.size());
}

TEST_F(LongText, OfTenLayersOfMojibake) {
  std::string layers = "caf\xC3\xA9";
  for (int i = 0; i < 10; ++i) layers = mojibake_of(layers);
  EXPECT_EQ(tokenizer_.clean(layers), "caf\xC3\xA9");
  const std::string text = repeated(layers);
  const std::string cleaned = tokenizer_.clean(text);
  EXPECT_EQ(cleaned.size(), text.size() / layers.size() * 5);
  EXPECT_TRUE(
      cleaned.starts_with("caf\xC3\xA9"
                          "caf\xC3\xA9"));
}

// Each layer uncovers one more character that belongs to the lead before it.
TEST_F(LongText, OfLayersWithoutEnd) {
  EXPECT_EQ(tokenizer_.clean(repeated("\xC3\x82").substr(0, 2000) + "\xC2\xA9"), "\xC2\xA9");
  EXPECT_FALSE(tokenizer_.clean(repeated("\xC3\x82") + "\xC2\xA9").empty());
  EXPECT_FALSE(tokenizer_.clean(repeated(repeated("\xC3\x82").substr(0, 2000) + "\xC2\xA9\n")).empty());
  EXPECT_FALSE(tokenizer_.clean("&" + repeated("#xFF06;")).empty());
}

TEST_F(LongText, OfTerminalEscapes) {
  EXPECT_EQ(tokenizer_.clean(repeated("\x1B[31m")), "");
  EXPECT_TRUE(tokenizer_.clean("\x1B[" + std::string(megabyte, '1')) == "[" + std::string(megabyte, '1'));
  EXPECT_FALSE(tokenizer_.clean(repeated("\x1B[1")).empty());
}

TEST_F(LongText, OfSigmas) {
  const std::string cleaned = tokenizer_.clean(repeated("\xCE\xA3."));
  EXPECT_TRUE(cleaned.starts_with("\xCF\x83.\xCF\x83."));
  EXPECT_TRUE(cleaned.ends_with("\xCF\x83.\xCF\x82."));
}

}  // namespace
}  // namespace longclip
