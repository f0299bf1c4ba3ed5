#include "text/byte_pairs.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <queue>

namespace longclip::text {
namespace {

// The vocabulary's order of bytes: those that print in Latin-1, then the others.
constexpr bool prints(int byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

struct ByteOrder {
  std::array<BytePairs::Symbol, 256> symbols{};
  std::array<std::uint8_t, 256> bytes{};

  constexpr ByteOrder() {
    BytePairs::Symbol next = 0;
    for (const bool printing : {true, false}) {
      for (int byte = 0; byte < 256; ++byte) {
        if (prints(byte) != printing) continue;
        symbols[static_cast<std::size_t>(byte)] = next;
        bytes[next++] = static_cast<std::uint8_t>(byte);
      }
    }
  }
};
constexpr ByteOrder byte_order;

}  // namespace

BytePairs::Symbol BytePairs::symbol_of(std::uint8_t byte) noexcept { return byte_order.symbols[byte]; }
std::uint8_t BytePairs::byte_of(Symbol symbol) noexcept { return byte_order.bytes[symbol & 0xFF]; }

BytePairs::ShortWord::ShortWord(std::string_view word) noexcept {
  char padded[16] = {};
  std::memcpy(padded, word.data(), word.size());
  padded[15] = static_cast<char>(word.size());
  std::memcpy(&low, padded, 8);
  std::memcpy(&high, padded + 8, 8);
}

BytePairs::BytePairs(const std::vector<Merge>& merges) : pairs_(std::bit_ceil(2 * merges.size() + 2)) {
  const std::size_t symbols = first_merge + merges.size();
  symbol_ends_.reserve(symbols);
  ends_piece_.reserve(symbols);
  symbol_bytes_.reserve(8 * symbols);
  const auto add = [&](bool ends) {
    symbol_ends_.push_back(static_cast<std::uint32_t>(symbol_bytes_.size()));
    ends_piece_.push_back(ends);
  };
  for (const bool ends : {false, true}) {
    for (Symbol symbol = 0; symbol < piece_end; ++symbol) {
      symbol_bytes_ += static_cast<char>(byte_of(symbol));
      add(ends);
    }
  }
  for (const auto [left, right] : merges) {
    const auto symbol = static_cast<Symbol>(symbol_ends_.size());
    symbol_bytes_.append(std::string(bytes(left)).append(bytes(right)));
    add(ends_piece(right));
    const std::uint32_t pair = static_cast<std::uint32_t>(left) << 16 | right;
    std::size_t slot = hash(pair);
    while (pairs_[slot & (pairs_.size() - 1)].pair != no_pair) ++slot;
    pairs_[slot & (pairs_.size() - 1)] = {pair, symbol};
  }
  add_words();
}

// A word of the vocabulary is found whole only if its own merges lead to it, which earlier ones can
// prevent: so each is encoded once.
void BytePairs::add_words() {
  std::vector<Symbol> words;
  for (std::size_t id = piece_end; id < symbol_ends_.size(); ++id) {
    Symbol symbols[longest_simple_piece];
    if (!ends_piece(id) || bytes(id).size() > longest_short_word) continue;
    if (encode_simply(bytes(id), symbols) == 1 && symbols[0] == id) words.push_back(static_cast<Symbol>(id));
  }
  words_.resize(std::bit_ceil(2 * words.size()));
  for (const Symbol symbol : words) {
    const ShortWord word(bytes(symbol));
    std::size_t slot = word.hash();
    while (words_[slot & (words_.size() - 1)].word != ShortWord()) ++slot;
    words_[slot & (words_.size() - 1)] = {word, symbol};
  }
}

std::string_view BytePairs::bytes(std::size_t id) const noexcept {
  const std::size_t begin = id == 0 ? 0 : symbol_ends_[id - 1];
  return std::string_view(symbol_bytes_).substr(begin, symbol_ends_[id] - begin);
}

BytePairs::Symbol BytePairs::merged(Symbol left, Symbol right) const noexcept {
  const std::uint32_t pair = static_cast<std::uint32_t>(left) << 16 | right;
  for (std::size_t slot = hash(pair);; ++slot) {
    const PairSlot& found = pairs_[slot & (pairs_.size() - 1)];
    if (found.pair == pair) return found.symbol;
    if (found.pair == no_pair) return no_symbol;
  }
}

// Repeats over the whole piece for each merge, which is quickest for short ones. Returns the number
// of symbols; there is room for longest_simple_piece.
std::size_t BytePairs::encode_simply(std::string_view piece, Symbol* symbols) const noexcept {
  std::size_t size = piece.size();
  for (std::size_t i = 0; i < size; ++i) symbols[i] = symbol_of(static_cast<std::uint8_t>(piece[i]));
  symbols[size - 1] += piece_end;
  Symbol next[longest_simple_piece];  // what symbols i and i + 1 become; a lower number goes first
  for (std::size_t i = 0; i + 1 < size; ++i) next[i] = merged(symbols[i], symbols[i + 1]);
  while (size > 1) {
    const auto best = static_cast<std::size_t>(std::min_element(next, next + size - 1) - next);
    if (next[best] == no_symbol) break;
    symbols[best] = next[best];
    --size;
    for (std::size_t i = best + 1; i < size; ++i) {
      symbols[i] = symbols[i + 1];
      next[i - 1] = next[i];
    }
    if (best + 1 < size) next[best] = merged(symbols[best], symbols[best + 1]);
    if (best > 0) next[best - 1] = merged(symbols[best - 1], symbols[best]);
  }
  return size;
}

// Symbols as a linked list, and a heap of what may merge, by rank and then by place.
void BytePairs::encode_long(std::string_view piece, std::vector<std::int32_t>& ids) const {
  struct Node {
    std::size_t previous;
    std::size_t next;
    Symbol symbol;  // no_symbol: merged into the one before
  };
  using Candidate = std::uint64_t;  // what two symbols become, and in the lower bits the place
  constexpr int place_bits = 48;
  const std::size_t size = piece.size();
  std::vector<Node> nodes(size);
  for (std::size_t i = 0; i < size; ++i) nodes[i] = {i - 1, i + 1, symbol_of(static_cast<std::uint8_t>(piece[i]))};
  nodes.back().symbol += piece_end;
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> candidates;
  const auto consider = [&](std::size_t place) {
    const std::size_t next = nodes[place].next;
    const Symbol symbol = next < size ? merged(nodes[place].symbol, nodes[next].symbol) : no_symbol;
    if (symbol != no_symbol) candidates.push(Candidate{symbol} << place_bits | place);
  };
  for (std::size_t i = 0; i < size; ++i) consider(i);
  while (!candidates.empty()) {
    const auto symbol = static_cast<Symbol>(candidates.top() >> place_bits);
    const auto place = static_cast<std::size_t>(candidates.top() & ((Candidate{1} << place_bits) - 1));
    candidates.pop();
    // A candidate is stale once either of its two symbols has merged with another.
    Node& node = nodes[place];
    if (node.symbol == no_symbol || node.next >= size) continue;
    if (merged(node.symbol, nodes[node.next].symbol) != symbol) continue;
    nodes[node.next].symbol = no_symbol;
    node.symbol = symbol;
    node.next = nodes[node.next].next;
    if (node.next < size) nodes[node.next].previous = place;
    consider(place);
    if (place > 0) consider(node.previous);
  }
  for (std::size_t i = 0; i < size; i = nodes[i].next) ids.push_back(nodes[i].symbol);
}

void BytePairs::encode(std::string_view piece, std::vector<std::int32_t>& ids) const {
  if (piece.size() <= longest_short_word) {
    const ShortWord word(piece);
    for (std::size_t slot = word.hash();; ++slot) {
      const WordSlot& found = words_[slot & (words_.size() - 1)];
      if (found.word == word) {
        ids.push_back(found.symbol);
        return;
      }
      if (found.word == ShortWord()) break;
    }
  }
  if (piece.size() > longest_simple_piece) {
    encode_long(piece, ids);
    return;
  }
  Symbol symbols[longest_simple_piece];
  const std::size_t size = encode_simply(piece, symbols);
  ids.insert(ids.end(), symbols, symbols + size);
}

}  // namespace longclip::text
