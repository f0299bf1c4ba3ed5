#include "text/byte_pairs.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "text/merges.h"
#include "text/vocabulary.h"

namespace longclip::text {
namespace {

using Ids = std::vector<std::int32_t>;

// Byte-pair encoding as the paper states it: merge all of the best pair, begin again.
Ids encode_slowly(const std::vector<BytePairs::Merge>& merges, const std::string& piece) {
  static const auto ranks = [&] {
    std::map<std::pair<int, int>, int> table;
    for (const auto& [left, right] : merges) table.emplace(std::pair(left, right), table.size());
    return table;
  }();
  Ids ids;
  for (const char c : piece) ids.push_back(BytePairs::symbol_of(static_cast<std::uint8_t>(c)));
  ids.back() += 256;
  for (;;) {
    auto best = ranks.end();
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
      const auto found = ranks.find({ids[i], ids[i + 1]});
      if (found != ranks.end() && (best == ranks.end() || found->second < best->second)) best = found;
    }
    if (best == ranks.end()) return ids;
    Ids merged;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const bool is_pair = i + 1 < ids.size() && std::pair(ids[i], ids[i + 1]) == best->first;
      merged.push_back(is_pair ? 512 + best->second : ids[i]);
      i += is_pair ? 1 : 0;
    }
    ids = merged;
  }
}

class ClipBytePairs : public testing::Test {
 protected:
  void expect_equal(const std::string& piece) const {
    Ids ids;
    pairs_.encode(piece, ids);
    EXPECT_EQ(ids, encode_slowly(merges_, piece)) << piece;
  }

  const std::vector<BytePairs::Merge> merges_ = read_merges(clip_vocabulary(), "CLIP's vocabulary");
  const BytePairs pairs_{merges_};
};

TEST_F(ClipBytePairs, EncodesWordsOfAllLengthsAsTheSlowWayDoes) {
  std::mt19937 random(1);
  const std::string frequent = "eeeetaoinshrdlu";
  for (int i = 0; i < 3'000; ++i) {
    std::string word;
    for (auto length = 1 + random() % 100; length > 0; --length) word += frequent[random() % frequent.size()];
    expect_equal(word);
  }
}

TEST_F(ClipBytePairs, EncodesArbitraryBytesAsTheSlowWayDoes) {
  std::mt19937 random(2);
  for (int i = 0; i < 1'000; ++i) {
    std::string piece;
    for (auto length = 1 + random() % 80; length > 0; --length) piece += static_cast<char>(random());
    expect_equal(piece);
  }
}

TEST_F(ClipBytePairs, EncodesRunsOfOneCharacterAsTheSlowWayDoes) {
  for (const char c : {'a', '!', '=', '\xF0'}) {
    for (std::size_t length = 1; length <= 130; ++length) expect_equal(std::string(length, c));
  }
}

// Each word of the vocabulary, as the end of a piece.
TEST_F(ClipBytePairs, EncodesItsOwnWordsAsTheSlowWayDoes) {
  for (std::size_t id = 256; id < pairs_.size() - 2; id += 7) expect_equal(std::string(pairs_.bytes(id)));
}

TEST_F(ClipBytePairs, NumbersSymbolsAsTheReference) {
  EXPECT_EQ(pairs_.size(), 49408u);
  EXPECT_EQ(pairs_.start_id(), 49406);
  EXPECT_EQ(pairs_.end_id(), 49407);
  EXPECT_EQ(pairs_.bytes(0), "!");
  EXPECT_EQ(pairs_.bytes(188), std::string_view("\0", 1));
  EXPECT_EQ(pairs_.bytes(256 + 255), "\xAD");
  EXPECT_EQ(pairs_.bytes(320), "a");
  EXPECT_TRUE(pairs_.ends_piece(320));
}

}  // namespace
}  // namespace longclip::text
