#include "text/sentencepiece_model.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include <longclip/error.h>

namespace longclip::text {
namespace {

struct Damaged {
  const char* reason;
};

// The fields of a protobuf message, one after the other.
class Fields {
 public:
  struct Field {
    std::uint64_t number;
    std::string_view bytes;   // of a length-delimited field; else empty
    std::uint64_t value = 0;  // of a varint
  };

  explicit Fields(std::string_view message) : rest_(message) {}

  std::optional<Field> next() {
    if (rest_.empty()) return std::nullopt;
    const std::uint64_t tag = read_varint();
    Field field{tag >> 3, {}, 0};
    switch (tag & 7) {
      case 0:
        field.value = read_varint();
        break;
      case 1:
        take(8);
        break;
      case 2:
        field.bytes = take(read_varint());
        break;
      case 5:
        take(4);
        break;
      default:
        throw Damaged{"it is no protobuf message"};
    }
    return field;
  }

 private:
  std::uint64_t read_varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<std::uint8_t>(take(1)[0]);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    throw Damaged{"it is no protobuf message"};
  }

  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) throw Damaged{"it is cut short"};
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
};

// The double-array trie of a precompiled character map: u32 size, units of u32, then the texts
// that the units' values point at, each ended by a zero.
class CharacterMap {
 public:
  explicit CharacterMap(std::string_view bytes) {
    std::uint32_t size = 0;
    if (bytes.size() <= sizeof size) throw Damaged{"its character map is cut short"};
    std::memcpy(&size, bytes.data(), sizeof size);
    bytes.remove_prefix(sizeof size);
    if (size == 0 || size % sizeof(Unit) != 0 || size >= bytes.size()) throw Damaged{"its character map is misshapen"};
    units_.resize(size / sizeof(Unit));
    std::memcpy(units_.data(), bytes.data(), size);
    texts_ = bytes.substr(size);
    if (texts_.back() != '\0') throw Damaged{"its character map's texts have no end"};
  }

  void check() {
    matches_.assign(units_.size(), not_visited);
    if (longest_chain(0, 0) > most_matches) throw Damaged{"its character map has too many nested rules"};
  }

 private:
  using Unit = std::uint32_t;
  static constexpr int not_visited = -1;
  static constexpr int most_matches = 31;   // the library keeps 32 of one place, and reads as many as there are
  static constexpr int longest_rule = 256;  // bytes; a ring of units is found by this too

  static std::size_t offset_of(Unit unit) { return static_cast<std::size_t>(unit >> 10) << ((unit & (1u << 9)) >> 6); }

  // The most rules that match one after the other on a way down from a unit.
  int longest_chain(std::size_t unit, int depth) {
    if (depth > longest_rule) throw Damaged{"its character map has too long a rule"};
    if (matches_[unit] != not_visited) return matches_[unit];
    const std::size_t children = unit ^ offset_of(units_[unit]);
    if ((children | 0xFF) >= units_.size()) throw Damaged{"its character map leads out of itself"};
    const bool ends_rule = (units_[unit] >> 8 & 1) != 0;
    if (ends_rule && (units_[children] & 0x7FFFFFFF) >= texts_.size()) {
      throw Damaged{"its character map leads out of its texts"};
    }
    int longest = 0;
    for (std::size_t label = 1; label < 256; ++label) {
      const std::size_t child = children ^ label;
      if ((units_[child] & 0x800000FF) == label) longest = std::max(longest, longest_chain(child, depth + 1));
    }
    return matches_[unit] = longest + (ends_rule ? 1 : 0);
  }

  std::vector<Unit> units_;
  std::string_view texts_;
  std::vector<int> matches_;
};

void check_normalizer(std::string_view spec) {
  constexpr std::uint64_t character_map = 2;
  Fields fields(spec);
  while (const auto field = fields.next()) {
    if (field->number == character_map && !field->bytes.empty()) CharacterMap(field->bytes).check();
  }
}

// User-defined symbols that begin each other; the library keeps 64 matches of one place.
void check_nesting(std::vector<std::string_view> symbols) {
  constexpr std::size_t most_nested = 63;
  std::ranges::sort(symbols);
  std::vector<std::string_view> open;
  for (const std::string_view symbol : symbols) {
    while (!open.empty() && !symbol.starts_with(open.back())) open.pop_back();
    open.push_back(symbol);
    if (open.size() > most_nested) throw Damaged{"too many of its symbols begin each other"};
  }
}

void check_model(std::string_view model) {
  constexpr std::uint64_t pieces = 1, normalizer = 3, denormalizer = 5;
  constexpr std::uint64_t piece_text = 1, piece_type = 3, user_defined = 4;
  std::vector<std::string_view> symbols;
  bool has_pieces = false;
  Fields fields(model);
  while (const auto field = fields.next()) {
    if (field->number == normalizer || field->number == denormalizer) check_normalizer(field->bytes);
    if (field->number != pieces) continue;
    has_pieces = true;
    std::string_view text;
    bool is_symbol = false;
    Fields parts(field->bytes);
    while (const auto part = parts.next()) {
      if (part->number == piece_text) text = part->bytes;
      if (part->number == piece_type) is_symbol = part->value == user_defined;
    }
    // The library hands pieces to code that takes a zero for their end.
    if (text.empty() || text.find('\0') != text.npos) throw Damaged{"a piece of it is empty or holds a zero"};
    if (is_symbol) symbols.push_back(text);
  }
  if (!has_pieces) throw Damaged{"it holds no pieces"};
  check_nesting(std::move(symbols));
}

}  // namespace

void check_sentencepiece_model(std::span<const std::byte> file, const std::string& name) {
  try {
    check_model({reinterpret_cast<const char*>(file.data()), file.size()});
  } catch (const Damaged& damage) {
    throw InvalidFile(name + ": not a SentencePiece model, or a damaged one: " + damage.reason);
  }
}

}  // namespace longclip::text
