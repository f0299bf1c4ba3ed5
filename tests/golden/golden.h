#pragma once

// The golden data: where it lies, and readers of its arrays that share no code with the library.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace longclip::golden {

// A file of the golden model data, such as model("longclip248.pt") or model("hf").
inline std::filesystem::path model(std::string_view name) {
  return std::filesystem::path(LONGCLIP_TEST_BINARY_DIR) / "tests" / "data" / "model" / name;
}

// A file of tests/data.
inline std::filesystem::path data(std::string_view name) { return std::filesystem::path(LONGCLIP_TEST_DATA) / name; }

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot open " + path.string());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// A NumPy array, row-major.
template <typename T>
struct Array {
  std::vector<std::size_t> shape;
  std::vector<T> values;

  std::size_t rows() const { return shape.at(0); }
  std::size_t cols() const { return shape.at(1); }
  const T& operator()(std::size_t row, std::size_t column) const { return values.at(row * cols() + column); }
};

namespace detail {

template <typename Integer>
Integer little_endian(std::string_view bytes, std::size_t at) {
  if (at > bytes.size() || bytes.size() - at < sizeof(Integer)) throw std::runtime_error("golden file cut short");
  Integer value{};
  std::memcpy(&value, bytes.data() + at, sizeof(Integer));
  return value;
}

template <typename T>
std::string numpy_type() {
  const char kind = std::is_floating_point_v<T> ? 'f' : std::is_signed_v<T> ? 'i' : 'u';
  return (sizeof(T) == 1 ? "|" : "<") + std::string(1, kind) + std::to_string(sizeof(T));
}

}  // namespace detail

// Throws unless the array's type is T and its order is C's.
template <typename T>
Array<T> parse_npy(std::string_view bytes) {
  if (bytes.substr(0, 6) != "\x93NUMPY" || bytes.size() < 10 || bytes[6] != 1) {
    throw std::runtime_error("not a .npy file of version 1");
  }
  const std::size_t header_size = detail::little_endian<std::uint16_t>(bytes, 8);
  const std::string_view header = bytes.substr(10, header_size);
  if (header.find("'descr': '" + detail::numpy_type<T>() + "'") == std::string_view::npos ||
      header.find("'fortran_order': False") == std::string_view::npos) {
    throw std::runtime_error("a .npy file of another type: " + std::string(header));
  }
  Array<T> array;
  std::size_t elements = 1;
  for (std::size_t at = header.find("'shape': (") + 10; header.at(at) != ')'; ++at) {
    if (header[at] < '0' || header[at] > '9') continue;
    std::size_t extent = 0;
    for (; header.at(at) >= '0' && header[at] <= '9'; ++at)
      extent = extent * 10 + static_cast<std::size_t>(header[at] - '0');
    array.shape.push_back(extent);
    elements *= extent;
    --at;
  }
  const std::string_view values = bytes.substr(10 + header_size);
  if (values.size() != elements * sizeof(T)) throw std::runtime_error("a .npy file of another size than its shape's");
  array.values.resize(elements);
  std::memcpy(array.values.data(), values.data(), values.size());
  return array;
}

template <typename T>
Array<T> read_npy(const std::filesystem::path& path) {
  return parse_npy<T>(read_bytes(path));
}

// The arrays of an .npz file (entries stored, as numpy.savez writes them).
class Npz {
 public:
  explicit Npz(const std::filesystem::path& path) : bytes_(read_bytes(path)) {
    const std::size_t end = bytes_.rfind("PK\5\6");
    if (end == std::string::npos) throw std::runtime_error(path.string() + " is no .npz file");
    std::size_t at = detail::little_endian<std::uint32_t>(bytes_, end + 16);
    for (int left = detail::little_endian<std::uint16_t>(bytes_, end + 10); left > 0; --left) {
      const auto method = detail::little_endian<std::uint16_t>(bytes_, at + 10);
      const std::size_t size = detail::little_endian<std::uint32_t>(bytes_, at + 24);
      const std::size_t name_size = detail::little_endian<std::uint16_t>(bytes_, at + 28);
      const std::size_t extra_size = detail::little_endian<std::uint16_t>(bytes_, at + 30);
      const std::size_t comment_size = detail::little_endian<std::uint16_t>(bytes_, at + 32);
      const std::size_t local = detail::little_endian<std::uint32_t>(bytes_, at + 42);
      const std::string name = bytes_.substr(at + 46, name_size);
      if (method != 0) throw std::runtime_error(name + " is compressed");
      const std::size_t begin = local + 30 + detail::little_endian<std::uint16_t>(bytes_, local + 26) +
                                detail::little_endian<std::uint16_t>(bytes_, local + 28);
      entries_[name] = {begin, size};
      at += 46 + name_size + extra_size + comment_size;
    }
  }

  bool contains(const std::string& name) const { return entries_.contains(name + ".npy"); }

  template <typename T>
  Array<T> get(const std::string& name) const {
    const Entry& entry = entries_.at(name + ".npy");
    return parse_npy<T>(std::string_view(bytes_).substr(entry.begin, entry.size));
  }

 private:
  struct Entry {
    std::size_t begin;
    std::size_t size;
  };
  std::string bytes_;
  std::map<std::string, Entry> entries_;
};

}  // namespace longclip::golden
