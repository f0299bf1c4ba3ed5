#include "checkpoint/safetensors.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "checkpoint/cursor.h"

namespace longclip::checkpoint {
namespace {

constexpr std::uint64_t kMaxHeader = 100'000'000;
constexpr std::size_t kMaxAxes = 16;

struct NamedType {
  std::string_view name;
  DType dtype;
};

constexpr std::array kTypes{
    NamedType{"F64", DType::f64},   NamedType{"F32", DType::f32}, NamedType{"F16", DType::f16},
    NamedType{"BF16", DType::bf16}, NamedType{"I64", DType::i64}, NamedType{"I32", DType::i32},
    NamedType{"I16", DType::i16},   NamedType{"I8", DType::i8},   NamedType{"U8", DType::u8},
    NamedType{"BOOL", DType::b8},
};

struct Entry {
  std::string name;
  std::optional<std::string> dtype;
  std::optional<std::vector<std::int64_t>> shape;
  std::optional<std::vector<std::int64_t>> offsets;
};

// Takes the header's JSON event by event: what the schema does not have is refused before it is
// stored.
class Header : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Header(const Source& source) : source_(source) {}

  std::vector<Entry> take_entries() { return std::move(entries_); }

  bool null() override { unexpected("null"); }
  bool boolean(bool) override { unexpected("a boolean"); }
  bool number_integer(number_integer_t) override { unexpected("a negative number"); }
  bool number_float(number_float_t, const string_t&) override { unexpected("a number that is no size"); }
  bool binary(binary_t&) override { unexpected("binary data"); }

  bool number_unsigned(number_unsigned_t number) override {
    if (place_ != Place::array || number > static_cast<number_unsigned_t>(INT64_MAX)) unexpected("a number");
    if (array_->size() == kMaxAxes) unexpected("a list of more than 16 numbers");
    array_->push_back(static_cast<std::int64_t>(number));
    return true;
  }

  bool string(string_t& text) override {
    if (place_ == Place::metadata) return true;
    if (place_ != Place::entry || key_ != "dtype") unexpected("a text");
    entries_.back().dtype = text;
    return true;
  }

  bool start_object(std::size_t) override {
    if (place_ == Place::outside) {
      place_ = Place::top;
    } else if (place_ == Place::top && key_ == "__metadata__") {
      place_ = Place::metadata;
    } else if (place_ == Place::top) {
      place_ = Place::entry;
      entries_.emplace_back().name = key_;
    } else {
      unexpected("an object");
    }
    return true;
  }

  bool end_object() override {
    if (place_ == Place::entry) check(entries_.back());
    if (place_ == Place::entry || place_ == Place::metadata) {
      place_ = Place::top;
      inner_keys_.clear();
    }
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ != Place::entry || (key_ != "shape" && key_ != "data_offsets")) unexpected("a list");
    place_ = Place::array;
    array_ = &(key_ == "shape" ? entries_.back().shape : entries_.back().offsets).emplace();
    return true;
  }

  bool end_array() override {
    place_ = Place::entry;
    return true;
  }

  bool key(string_t& name) override {
    if (place_ == Place::entry && name != "dtype" && name != "shape" && name != "data_offsets") {
      fail(source_, "safetensors: the unknown key " + printable(name) + " in the header");
    }
    if (!(place_ == Place::top ? top_keys_ : inner_keys_).insert(name).second) {
      fail(source_, "safetensors: the key " + printable(name) + " occurs twice");
    }
    key_ = name;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    fail(source_, "safetensors: the header is no JSON (at its byte " + std::to_string(position) + ")");
  }

 private:
  enum class Place { outside, top, metadata, entry, array };

  void check(const Entry& entry) const {
    if (!entry.dtype || !entry.shape || !entry.offsets || entry.offsets->size() != 2) {
      fail(source_, "tensor " + printable(entry.name) + " lacks its dtype, shape or two offsets");
    }
  }

  [[noreturn]] void unexpected(const char* what) const {
    fail(source_, "safetensors: " + std::string(what) + " in the header, at " + printable(key_));
  }

  const Source& source_;
  Place place_ = Place::outside;
  std::string key_;
  std::set<std::string> top_keys_;
  std::set<std::string> inner_keys_;
  std::vector<std::int64_t>* array_ = nullptr;
  std::vector<Entry> entries_;
};

// The tensor over its bytes of `data`.
Tensor read_entry(const Source& source, const Entry& entry, std::span<const std::byte> data) {
  const std::string what = "tensor " + printable(entry.name);
  const auto* type =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const NamedType& t) { return t.name == *entry.dtype; });
  if (type == kTypes.end()) fail(source, what + " is of type " + printable(*entry.dtype) + ", which is not supported");
  const std::int64_t begin = entry.offsets->at(0);
  const std::int64_t end = entry.offsets->at(1);
  if (begin > end || static_cast<std::uint64_t>(end) > data.size()) fail(source, what + " lies outside the file");
  const auto elements = checked_elements(*entry.shape, type->dtype);
  if (!elements || *elements * static_cast<std::int64_t>(size_of(type->dtype)) != end - begin) {
    fail(source, what + " of shape " + to_string(*entry.shape) + " does not fill its " + std::to_string(end - begin) +
                     " bytes");
  }
  return {type->dtype, *entry.shape, contiguous_strides(*entry.shape), data.data() + begin, source.owner, source.file};
}

}  // namespace

bool is_safetensors(std::span<const std::byte> bytes) noexcept {
  return bytes.size() >= 9 && bytes[8] == std::byte{'{'};
}

TensorFile read_safetensors(const Source& source) {
  Cursor cursor{source, source.bytes};
  const auto header_size = cursor.read<std::uint64_t>();
  if (header_size > kMaxHeader) cursor.fail("safetensors: a header of more than 100 MB");
  const std::string_view text = cursor.text(header_size);
  // The JSON parser would take a NUL for the end.
  if (!text.starts_with('{') || text.find('\0') != std::string_view::npos) fail(source, "safetensors: no JSON header");
  Header header(source);
  nlohmann::json::sax_parse(text.begin(), text.end(), &header);

  const auto data = cursor.take(cursor.remaining());
  TensorFile file;
  file.format = "safetensors";
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
  for (Entry& entry : header.take_entries()) {
    Tensor tensor = read_entry(source, entry, data);
    ranges.emplace_back(entry.offsets->at(0), entry.offsets->at(1));
    add_tensor(file, source, std::move(entry.name), std::move(tensor));
  }
  std::sort(ranges.begin(), ranges.end());
  std::int64_t end = 0;
  for (const auto& [from, to] : ranges) {
    if (from != end)
      fail(source, "safetensors: tensors overlap or leave a gap at byte " + std::to_string(end) + " of the data");
    end = to;
  }
  if (static_cast<std::uint64_t>(end) != data.size()) fail(source, "safetensors: the file is longer than its tensors");
  return file;
}

}  // namespace longclip::checkpoint
