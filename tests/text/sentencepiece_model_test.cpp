#include "text/sentencepiece_model.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <longclip/error.h>

#include "golden/golden.h"
#include "text/golden_cases.h"
#include "text/kinds.h"

namespace longclip::text {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string small_number(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

std::string field(int number, const std::string& content) {
  return small_number(static_cast<std::uint64_t>(number) << 3 | 2) + small_number(content.size()) + content;
}

std::string piece(const std::string& text, char type = 1) { return field(1, field(1, text) + "\x18" + type); }

std::string error_of(const std::string& model) {
  try {
    check_sentencepiece_model(bytes_of(model), "a.model");
  } catch (const InvalidFile& error) {
    return error.what();
  }
  return "none";
}

std::string golden_model(const char* name) { return golden::read_bytes(golden::tokenizer_data(name)); }

TEST(CheckSentencePieceModel, TakesTrainedModels) {
  EXPECT_EQ(error_of(golden_model("sentencepiece/tiny_unigram.model")), "none");
  EXPECT_EQ(error_of(golden_model("sentencepiece/tiny_bpe.model")), "none");
}

TEST(CheckSentencePieceModel, RefusesWhatIsNoModel) {
  const std::string reason = "a.model: not a SentencePiece model, or a damaged one: ";
  EXPECT_EQ(error_of(""), reason + "it holds no pieces");
  EXPECT_EQ(error_of("\x0F"), reason + "it is no protobuf message");
  EXPECT_EQ(error_of("\x0A\x7F"), reason + "it is cut short");
  EXPECT_EQ(error_of("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"), reason + "it is cut short");
  EXPECT_EQ(error_of(piece("")), reason + "a piece of it is empty or holds a zero");
  EXPECT_EQ(error_of(piece(std::string("a\0b", 3))), reason + "a piece of it is empty or holds a zero");
}

// The library keeps the first 64 symbols that match at one place and reads as many as match.
TEST(CheckSentencePieceModel, RefusesSymbolsThatBeginEachOtherTooOften) {
  std::string model;
  for (std::size_t length = 1; length <= 63; ++length) model += piece(std::string(length, 'a'), 4);
  EXPECT_EQ(error_of(model), "none");
  model += piece(std::string(64, 'a'), 4);
  EXPECT_NE(error_of(model).find("begin each other"), std::string::npos);
}

std::string character_map(const std::vector<std::uint32_t>& units, const std::string& texts) {
  std::string bytes(4 + 4 * units.size(), '\0');
  const auto size = static_cast<std::uint32_t>(4 * units.size());
  std::memcpy(bytes.data(), &size, 4);
  std::memcpy(bytes.data() + 4, units.data(), size);
  return bytes + texts;
}

std::string with_character_map(const std::string& map) { return piece("a") + field(3, field(2, map)); }

// Units: the offset from bit 10 on, bit 8 for a value, the label below.
TEST(CheckSentencePieceModel, RefusesCharacterMapsThatLeadOutOfThemselves) {
  const std::string text("x\0", 2);
  std::vector<std::uint32_t> units(512, 0);
  EXPECT_EQ(error_of(with_character_map(character_map(units, text))), "none");
  units[0] = 512u << 10;  // the root's children lie behind the end
  EXPECT_NE(error_of(with_character_map(character_map(units, text))).find("out of itself"), std::string::npos);
  units[0] = 256u << 10;
  units[256 ^ 'a'] = 1u << 10 | 1u << 8 | 'a';  // "a" has a value
  units[256 ^ 'a' ^ 1] = 7;                     // behind the texts
  EXPECT_NE(error_of(with_character_map(character_map(units, text))).find("out of its texts"), std::string::npos);
  units[256 ^ 'a' ^ 1] = 0;
  EXPECT_EQ(error_of(with_character_map(character_map(units, text))), "none");
  EXPECT_NE(error_of(with_character_map(character_map(units, "x"))).find("no end"), std::string::npos);
}

TEST(CheckSentencePieceModel, RefusesARingOfUnits) {
  std::vector<std::uint32_t> units(256, 0);
  units['a'] = static_cast<std::uint32_t>('a') << 10 | 'a';  // "a", after which "a" leads here again
  EXPECT_NE(error_of(with_character_map(character_map(units, std::string("x\0", 2)))).find("too long"),
            std::string::npos);
}

// A model that is cut or changed is refused, or it works; nothing else.
void expect_harmless(const std::string& model, const std::string& what) {
  SCOPED_TRACE(what);
  try {
    const Tokenizer tokenizer = read_tokenizer(bytes_of(model), "a.model");
    EXPECT_LE(tokenizer.encode("A caf\xC3\xA9 \xEF\xBC\xA1 <mask> two").size(), 4000u);
  } catch (const InvalidFile& error) {
    EXPECT_TRUE(std::string_view(error.what()).starts_with("a.model: "));
  } catch (const InvalidInput&) {
  }
}

TEST(SentencePieceTokenizer, RefusesAModelThatEndsAnywhere) {
  const std::string model = golden_model("sentencepiece/tiny_bpe.model");
  for (std::size_t size = 0; size < model.size(); size += size < 2000 ? 1 : 997) {
    expect_harmless(model.substr(0, size), "of " + std::to_string(size) + " bytes");
  }
}

TEST(SentencePieceTokenizer, StandsChangedBytes) {
  std::mt19937 random(3);
  for (const char* name : {"sentencepiece/tiny_bpe.model", "sentencepiece/tiny_unigram.model"}) {
    const std::string whole = golden_model(name);
    for (int i = 0; i < 150; ++i) {
      std::string model = whole;
      // Half of the changes among the pieces and settings, which lie at the beginning and the end.
      const std::size_t at = i % 2 ? random() % model.size() : (random() % 6000 + model.size() - 500) % model.size();
      model[at] = static_cast<char>(random());
      expect_harmless(model, std::string(name) + " changed at " + std::to_string(at));
    }
  }
}

}  // namespace
}  // namespace longclip::text
