#include "text/merges.h"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string_view>

#include <longclip/error.h>

#include "text/utf8.h"

namespace longclip::text {
namespace {

using Symbol = BytePairs::Symbol;

constexpr std::string_view end_of_piece = "</w>";
// The header and all merges of CLIP's file take 525 kB.
constexpr std::size_t lines_used = BytePairs::max_merges + 1;
constexpr std::size_t most_bytes = std::size_t{8} << 20;

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool is_gzip(std::span<const std::byte> file) noexcept { return as_text(file).starts_with("\x1F\x8B"); }

// The lines that count, of a text that may go on for long after them.
class LineLimit {
 public:
  // Whether the lines that count are complete with these bytes, and how many of the bytes are theirs.
  bool take(std::string_view bytes, std::size_t& used) {
    for (used = 0; used < bytes.size() && lines_ < lines_used; ++used) {
      const auto* end = static_cast<const char*>(std::memchr(bytes.data() + used, '\n', bytes.size() - used));
      if (end == nullptr) {
        used = bytes.size();
        return false;
      }
      used = static_cast<std::size_t>(end - bytes.data());
      ++lines_;
    }
    return lines_ == lines_used;
  }

 private:
  std::size_t lines_ = 0;
};

// Unpacks no more than the lines that count.
std::string unpack(std::span<const std::byte> file, const std::string& name) {
  struct Stream : z_stream {
    ~Stream() { inflateEnd(this); }
  } stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) throw InvalidFile(name + ": cannot be unpacked: out of memory");
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(file.data()));
  stream.avail_in = static_cast<uInt>(std::min<std::size_t>(file.size(), most_bytes));
  std::string text;
  text.reserve(640 << 10);
  LineLimit limit;
  for (;;) {
    constexpr std::size_t step = 64 << 10;
    const std::size_t begin = text.size();
    text.resize(begin + step);
    stream.next_out = reinterpret_cast<Bytef*>(text.data() + begin);
    stream.avail_out = step;
    const int status = inflate(&stream, Z_NO_FLUSH);
    text.resize(begin + step - stream.avail_out);
    std::size_t used = 0;
    const bool complete = limit.take(std::string_view(text).substr(begin), used);
    if (complete || status == Z_STREAM_END) {
      text.resize(begin + used);
      return text;
    }
    if (status != Z_OK) throw InvalidFile(name + ": damaged or cut short: gzip cannot unpack it");
    if (text.size() > most_bytes) throw InvalidFile(name + ": not CLIP's merges: its lines are too long");
  }
}

// Symbols by their spelling, with open addressing.
class SymbolTable {
 public:
  explicit SymbolTable(std::size_t symbols) : slots_(std::bit_ceil(2 * symbols + 1)) {}

  std::optional<Symbol> find(std::string_view spelling) const {
    const Slot& slot = slots_[index_of(spelling, hash(spelling))];
    return slot.spelling.empty() ? std::nullopt : std::optional(slot.symbol);
  }

  // The spelling must outlive the table. False if it is there already.
  bool add(std::string_view spelling, Symbol symbol) {
    const std::uint32_t its_hash = hash(spelling);
    Slot& slot = slots_[index_of(spelling, its_hash)];
    if (!slot.spelling.empty()) return false;
    slot = {spelling, its_hash, symbol};
    return true;
  }

 private:
  struct Slot {
    std::string_view spelling;  // empty: none
    std::uint32_t hash = 0;
    Symbol symbol = 0;
  };

  static std::uint32_t hash(std::string_view spelling) {
    return static_cast<std::uint32_t>(std::hash<std::string_view>()(spelling));
  }

  std::size_t index_of(std::string_view spelling, std::uint32_t its_hash) const {
    for (std::size_t i = its_hash;; ++i) {
      i &= slots_.size() - 1;
      const Slot& slot = slots_[i];
      if (slot.spelling.empty() || (slot.hash == its_hash && slot.spelling == spelling)) return i;
    }
  }

  std::vector<Slot> slots_;
};

// A byte's letter: itself if it prints, else a letter from U+0100 on.
std::string letter_of(Symbol symbol) {
  constexpr Symbol printing = 188;
  std::string letter;
  append_utf8(letter, symbol < printing ? BytePairs::byte_of(symbol) : 0x100u + symbol - printing);
  return letter;
}

}  // namespace

bool looks_like_merges(std::span<const std::byte> file) noexcept {
  const std::string_view beginning = as_text(file).substr(0, 512);
  const auto is_binary = [](char c) {
    return static_cast<std::uint8_t>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t';
  };
  return is_gzip(file) || (!beginning.empty() && std::ranges::none_of(beginning, is_binary));
}

std::vector<BytePairs::Merge> read_merges(std::span<const std::byte> file, const std::string& name) {
  std::string unpacked;
  if (is_gzip(file)) unpacked = unpack(file, name);
  std::string_view text = is_gzip(file) ? std::string_view(unpacked) : as_text(file);
  std::size_t used = 0;
  LineLimit().take(text, used);
  text = text.substr(0, used);
  if (text.size() > most_bytes) throw InvalidFile(name + ": not CLIP's merges: its lines are too long");

  std::string spellings;  // of the symbols that no line spells out whole
  spellings.reserve(text.size() + 4096);
  const auto keep = [&](std::string_view left, std::string_view right) {
    const std::size_t begin = spellings.size();
    spellings.append(left).append(right);
    return std::string_view(spellings).substr(begin);
  };
  SymbolTable symbols(BytePairs::first_merge + BytePairs::max_merges);
  for (Symbol symbol = 0; symbol < BytePairs::piece_end; ++symbol) {
    const std::string letter = letter_of(symbol);
    symbols.add(keep(letter, ""), symbol);
    symbols.add(keep(letter, end_of_piece), symbol + BytePairs::piece_end);
  }

  std::vector<BytePairs::Merge> merges;
  merges.reserve(BytePairs::max_merges);
  std::size_t line_number = 0;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (++line_number == 1) continue;         // the header
    if (line.empty() && text.empty()) break;  // an empty last one
    const auto refuse = [&](const char* reason) {
      throw InvalidFile(name + ": not CLIP's merges: line " + std::to_string(line_number) + " " + reason);
    };
    const std::size_t gap = line.find(' ');
    if (gap == std::string_view::npos) refuse("is not two symbols with a space between");
    const std::string_view left = line.substr(0, gap);
    const std::string_view right = line.substr(gap + 1);
    const auto left_symbol = symbols.find(left);
    const auto right_symbol = symbols.find(right);
    if (!left_symbol || !right_symbol) refuse("has a symbol that no earlier line makes");
    if (left.ends_with(end_of_piece)) refuse("goes on after the end of a piece");
    const auto symbol = static_cast<Symbol>(BytePairs::first_merge + merges.size());
    if (!symbols.add(keep(left, right), symbol)) refuse("makes a symbol that an earlier line makes");
    merges.push_back({*left_symbol, *right_symbol});
  }
  if (merges.empty()) throw InvalidFile(name + ": not CLIP's merges: it holds none");
  return merges;
}

}  // namespace longclip::text
