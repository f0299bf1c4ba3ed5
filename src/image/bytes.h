#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace longclip::image {

// Foreign bytes. Everything here is bounds-checked: what lies outside reads as 0 or as empty, so
// a header parser checks has() once for what it needs and cannot run out of the file.
class Bytes {
 public:
  Bytes() = default;
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  explicit Bytes(std::span<const std::byte> bytes)
      : Bytes(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()) {}

  const std::uint8_t* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  bool has(std::size_t offset, std::size_t count) const noexcept { return offset <= size_ && count <= size_ - offset; }

  std::uint8_t operator[](std::size_t offset) const noexcept {
    return offset < size_ ? data_[offset] : std::uint8_t{0};
  }
  std::uint32_t little16(std::size_t at) const noexcept {
    return (*this)[at] | static_cast<std::uint32_t>((*this)[at + 1]) << 8;
  }
  std::uint32_t little24(std::size_t at) const noexcept {
    return little16(at) | static_cast<std::uint32_t>((*this)[at + 2]) << 16;
  }
  std::uint32_t little32(std::size_t at) const noexcept { return little16(at) | little16(at + 2) << 16; }
  std::uint32_t big16(std::size_t at) const noexcept {
    return static_cast<std::uint32_t>((*this)[at]) << 8 | (*this)[at + 1];
  }
  std::uint32_t big32(std::size_t at) const noexcept { return big16(at) << 16 | big16(at + 2); }

  // Cut to what is there.
  Bytes from(std::size_t offset, std::size_t count = SIZE_MAX) const noexcept {
    if (offset >= size_) return {};
    return {data_ + offset, count < size_ - offset ? count : size_ - offset};
  }
  bool matches(std::size_t offset, std::string_view text) const noexcept {
    return has(offset, text.size()) && std::memcmp(data_ + offset, text.data(), text.size()) == 0;
  }

 private:
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace longclip::image
