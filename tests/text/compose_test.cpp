#include "text/compose.h"

#include <gtest/gtest.h>

#include "text/golden_cases.h"
#include "text/utf8.h"

namespace longclip::text {
namespace {

// Random bases, marks, decomposable characters and Hangul, composed by Python's unicodedata 14.0.
TEST(Compose, EqualsPythonsNormalFormC) {
  const auto lines = golden::read_lines(golden::tokenizer_data("nfc.jsonl"));
  EXPECT_EQ(lines.size(), 1500u);
  for (const auto& line : lines) {
    std::u32string text = decode_utf8(line["text"].get<std::string>());
    compose(text);
    EXPECT_EQ(encode_utf8(text), line["nfc"].get<std::string>()) << line["text"];
  }
}

// Sorting marks by exchanging neighbours would take hours here.
TEST(Compose, SortsAMillionMarks) {
  std::u32string text = U"e";
  for (int i = 0; i < 500'000; ++i) text += U"\u0301\u0323";  // above, class 230; below, class 220
  compose(text);
  std::u32string expected = U"\u1EB9";  // e with the first dot below
  expected.append(499'999, U'\u0323').append(500'000, U'\u0301');
  EXPECT_TRUE(text == expected);
}

}  // namespace
}  // namespace longclip::text
