#include "io/json.h"

#include <gtest/gtest.h>

#include <longclip/error.h>

namespace longclip::io {
namespace {

std::string reason(const std::string& text) {
  try {
    parse_json(text, "file.json");
  } catch (const InvalidFile& error) {
    return error.what();
  }
  return "";
}

TEST(ParseJson, ReadsADocument) {
  const auto document = parse_json(R"({"a": [1, 2.5, "x"], "b": {"a": null}})", "file.json");
  EXPECT_EQ(document["a"][1], 2.5);
  EXPECT_TRUE(document["b"]["a"].is_null());
}

TEST(ParseJson, RefusesAKeyThatStandsTwiceInOneObject) {
  EXPECT_NE(reason(R"({"a": 1, "b": 2, "a": 3})").find("\"a\" twice"), std::string::npos);
  EXPECT_NE(reason(R"({"x": {"a": 1, "a": 1}})").find("\"a\" twice"), std::string::npos);
}

TEST(ParseJson, TakesTheSameKeyInDifferentObjects) { EXPECT_EQ(reason(R"([{"a": 1}, {"a": {"a": 2}}])"), ""); }

TEST(ParseJson, RefusesDeepNestingBeforeTheStackEnds) {
  EXPECT_NE(reason(std::string(100000, '[')).find("levels deep"), std::string::npos);
}

TEST(ParseJson, NamesTheFileAndStaysOnOneLineWhateverTheBytes) {
  for (const std::string text : {"", "{", "{\"a\": \xff}", "\"\n\n\"", "[1,]", "nul", "\"\xed\xa0\x80\""}) {
    const std::string line = reason(text);
    EXPECT_EQ(line.find("file.json: "), 0U) << text;
    EXPECT_EQ(line.find('\n'), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace longclip::io
