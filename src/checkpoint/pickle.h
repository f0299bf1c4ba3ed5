#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <vector>

#include "checkpoint/cursor.h"

namespace longclip::checkpoint {

// What a pickle describes, as inert data: calls are kept as records of a name and arguments, and
// nothing is looked up or run.
struct Value {
  enum class Kind : std::uint8_t {
    none,
    boolean,       // integer
    integer,       // integer
    long_integer,  // text: two's complement, little-endian, of more than 8 bytes
    real,          // real
    text,          // text, UTF-8 as the file has it
    bytes,         // text
    list,          // items
    tuple,         // items
    set,           // items
    dict,          // items: key, value, key, value, ...
    name,          // text: an allowed name such as "torch.FloatStorage"
    call,          // text: an allowed function; items: its arguments
    persistent,    // items: the tuple that names something outside the pickle (a storage)
    object,        // a TorchScript module; items: its state, a dict, once it is set
  };

  Kind kind = Kind::none;
  std::int64_t integer = 0;
  double real = 0;
  std::string_view text;
  std::vector<const Value*> items;

  bool is_text() const noexcept { return kind == Kind::text; }
  bool is_call(std::string_view function) const noexcept { return kind == Kind::call && text == function; }
};

// A pickle's values. They may form cycles: who walks them keeps count.
struct Pickle {
  std::deque<Value> values;  // owns all; addresses stay when the Pickle is moved
  const Value* root = nullptr;
};

// Reads one pickle, of protocol 1 to 5, up to and with its STOP; values view the cursor's bytes.
// Only the names that PyTorch's tensors need are allowed (the table is in pickle.cpp); any other
// is an InvalidFile that states it. Memory is bounded by the limits below.
Pickle read_pickle(Cursor& cursor);

inline constexpr std::size_t kMaxPickleSize = std::size_t{64} << 20;  // bytes
inline constexpr std::size_t kMaxPickleValues = std::size_t{1} << 20;
inline constexpr std::size_t kMaxPickleItems = std::size_t{4} << 20;  // of all containers together

}  // namespace longclip::checkpoint
