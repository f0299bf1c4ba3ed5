#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace longclip::text {

// Byte-pair encoding over CLIP's ids: 0 to 255 the bytes in the vocabulary's order, 256 to 511 the
// same at the end of a piece, 512 + i the i-th merge, then start and end of text.
//
// Immutable after construction and without locks. Every symbol is known, so every piece can be
// encoded.
class BytePairs {
 public:
  using Symbol = std::uint16_t;

  // Two symbols that become one; earlier merges go first. Each part must be a byte or an earlier
  // merge, the left one no end of a piece, and no two merges may give the same bytes.
  struct Merge {
    Symbol left;
    Symbol right;
  };
  static constexpr std::size_t max_merges = 48894;  // of CLIP's vocabulary; ids stay below 2^16
  static constexpr Symbol first_merge = 512;
  static constexpr Symbol piece_end = 256;  // what a byte's id at the end of a piece is above its other

  explicit BytePairs(const std::vector<Merge>& merges);

  // Appends the ids of one piece of a text: O(n log n) for n bytes. A piece that is not empty.
  void encode(std::string_view piece, std::vector<std::int32_t>& ids) const;

  std::size_t size() const noexcept { return symbol_ends_.size() + 2; }
  std::int32_t start_id() const noexcept { return static_cast<std::int32_t>(size()) - 2; }
  std::int32_t end_id() const noexcept { return static_cast<std::int32_t>(size()) - 1; }

  // Of an id below start_id().
  std::string_view bytes(std::size_t id) const noexcept;
  bool ends_piece(std::size_t id) const noexcept { return ends_piece_[id]; }

  // The byte's id inside a piece, and the reverse.
  static Symbol symbol_of(std::uint8_t byte) noexcept;
  static std::uint8_t byte_of(Symbol symbol) noexcept;

 private:
  // A word of up to 15 bytes and its length in 16 bytes, so that two words compare in two steps.
  struct ShortWord {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    explicit ShortWord(std::string_view word) noexcept;
    ShortWord() = default;
    bool operator==(const ShortWord&) const = default;
    std::size_t hash() const noexcept {
      const std::uint64_t mixed = (low ^ std::rotl(high, 29)) * 0x9E3779B97F4A7C15u;
      return static_cast<std::size_t>(mixed >> 32);
    }
  };
  struct WordSlot {
    ShortWord word;  // length 0: an empty slot
    Symbol symbol = 0;
  };
  struct PairSlot {
    std::uint32_t pair = no_pair;
    Symbol symbol = 0;
  };
  static constexpr std::uint32_t no_pair = 0xFFFFFFFF;
  static constexpr Symbol no_symbol = 0xFFFF;
  static constexpr std::size_t longest_short_word = 15;
  static constexpr std::size_t longest_simple_piece = 64;

  static std::size_t hash(std::uint32_t pair) noexcept { return pair * 0x9E3779B97F4A7C15u >> 40; }
  // What the two become; no_symbol: they stay apart.
  Symbol merged(Symbol left, Symbol right) const noexcept;

  std::size_t encode_simply(std::string_view piece, Symbol* symbols) const noexcept;
  void encode_long(std::string_view piece, std::vector<std::int32_t>& ids) const;
  void add_words();

  std::string symbol_bytes_;                // of all symbols, one after the other
  std::vector<std::uint32_t> symbol_ends_;  // in symbol_bytes_
  std::vector<bool> ends_piece_;
  std::vector<PairSlot> pairs_;  // open addressing, size a power of two
  std::vector<WordSlot> words_;  // the same; pieces that are a single symbol, as most pieces are
};

}  // namespace longclip::text
