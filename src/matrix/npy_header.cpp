#include "matrix/npy_header.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>

#include <longclip/error.h>

namespace longclip::matrix {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxHeader = 10000;  // as numpy's own reader
constexpr std::size_t kMaxDimensions = 32;

// The header's text is a Python dictionary of a string, a bool and a tuple of integers:
// {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class DictReader {
 public:
  explicit DictReader(std::string_view text) : text_(text) {}

  NpyHeader read() {
    expect('{');
    while (!accept('}')) {
      read_item();
      if (accept(',')) continue;
      expect('}');
      break;
    }
    skip_space();
    if (!text_.empty()) fail();
    if (!has_descr_ || !has_order_ || !has_shape_) fail();
    return std::move(header_);
  }

 private:
  [[noreturn]] static void fail() {
    throw InvalidFile("its NumPy header is not {'descr', 'fortran_order', 'shape'} of a plain array");
  }

  void read_item() {
    const std::string_view key = read_string();
    expect(':');
    if (key == "descr" && !has_descr_) {
      header_.descr = read_string();
      has_descr_ = true;
    } else if (key == "fortran_order" && !has_order_) {
      header_.fortran_order = read_bool();
      has_order_ = true;
    } else if (key == "shape" && !has_shape_) {
      read_shape();
      has_shape_ = true;
    } else {
      fail();
    }
  }

  std::string_view read_string() {
    skip_space();
    if (text_.empty() || (text_.front() != '\'' && text_.front() != '"')) fail();
    const std::size_t end = text_.find(text_.front(), 1);
    if (end == std::string_view::npos) fail();
    const auto value = text_.substr(1, end - 1);
    text_.remove_prefix(end + 1);
    // Both keys and types are short words; what else stands here must not get into a message.
    const bool plain = std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
    if (!plain || value.size() > 32) fail();
    return value;
  }

  bool read_bool() {
    skip_space();
    for (const bool value : {true, false}) {
      const std::string_view name = value ? "True" : "False";
      if (!text_.starts_with(name)) continue;
      text_.remove_prefix(name.size());
      return value;
    }
    fail();
  }

  void read_shape() {
    expect('(');
    while (!accept(')')) {
      if (header_.shape.size() == kMaxDimensions) fail();
      header_.shape.push_back(read_size());
      if (accept(',')) continue;
      expect(')');
      break;
    }
  }

  std::size_t read_size() {
    skip_space();
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc()) fail();
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return value;
  }

  bool accept(char c) {
    skip_space();
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }

  void expect(char c) {
    if (!accept(c)) fail();
  }

  void skip_space() { text_.remove_prefix(std::min(text_.find_first_not_of(" \t\n"), text_.size())); }

  std::string_view text_;
  NpyHeader header_;
  bool has_descr_ = false;
  bool has_order_ = false;
  bool has_shape_ = false;
};

}  // namespace

NpyHeader parse_npy_header(std::span<const std::byte> file) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (!text.starts_with(kMagic)) throw InvalidFile("is not a NumPy file");
  const auto byte = [&](std::size_t at) {
    if (at >= file.size()) throw InvalidFile("is cut off in its NumPy header");
    return std::to_integer<std::size_t>(file[at]);
  };
  const std::size_t major = byte(6);
  const std::size_t minor = byte(7);
  if (major < 1 || major > 3 || minor != 0) {
    throw InvalidFile("has NumPy format " + std::to_string(major) + "." + std::to_string(minor) +
                      ": save it again with a NumPy that writes 1.0");
  }
  std::size_t length = byte(8) | byte(9) << 8;
  std::size_t begin = 10;
  if (major > 1) {
    length |= byte(10) << 16 | byte(11) << 24;
    begin = 12;
  }
  if (length > kMaxHeader)
    throw InvalidFile("has a NumPy header of " + std::to_string(length) + " bytes, more than a plain array's");
  if (length > file.size() - begin) throw InvalidFile("is cut off in its NumPy header");
  NpyHeader header = DictReader(text.substr(begin, length)).read();
  header.data_offset = begin + length;
  return header;
}

std::string make_npy_header(std::size_t rows, std::size_t cols) {
  constexpr std::size_t kPrefix = 10;
  constexpr std::size_t kAlignment = 64;  // of the values, so that they can be mapped
  std::string dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ", " +
                     std::to_string(cols) + "), }";
  const std::size_t unpadded = kPrefix + dict.size() + 1;
  dict.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ');
  dict += '\n';
  std::string header(kMagic);
  header += {'\x01', '\x00', static_cast<char>(dict.size() & 0xff), static_cast<char>(dict.size() >> 8)};
  return header + dict;
}

}  // namespace longclip::matrix
