#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "checkpoint/source.h"

namespace longclip::checkpoint {

// Reads a file's bytes from front to back; reading past the end is an InvalidFile.
class Cursor {
 public:
  // `source` must outlive the cursor. `part` names the bytes in errors, if they are not the whole file.
  Cursor(const Source& source, std::span<const std::byte> bytes, std::string part = {})
      : source_(&source), bytes_(bytes), part_(std::move(part)) {}

  std::size_t position() const noexcept { return position_; }
  std::size_t remaining() const noexcept { return bytes_.size() - position_; }

  std::span<const std::byte> take(std::uint64_t size) {
    if (size > remaining()) fail("ends early");
    const auto taken = bytes_.subspan(position_, static_cast<std::size_t>(size));
    position_ += taken.size();
    return taken;
  }

  // Little-endian.
  template <std::unsigned_integral T>
  T read() {
    static_assert(std::endian::native == std::endian::little);
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }

  std::string_view text(std::uint64_t size) {
    const auto taken = take(size);
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }

  // Up to the next line feed, which is passed over.
  std::string_view line() {
    const std::string_view rest{reinterpret_cast<const char*>(bytes_.data()) + position_, remaining()};
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) fail("ends early");
    position_ += end + 1;
    return rest.substr(0, end);
  }

  // Throws InvalidFile with the reason and the position.
  [[noreturn]] void fail(std::string_view reason) const {
    checkpoint::fail(*source_, (part_.empty() ? "" : part_ + ": ") + std::string(reason) + " (at byte " +
                                   std::to_string(position_) + ")");
  }

 private:
  const Source* source_;
  std::span<const std::byte> bytes_;
  std::string part_;
  std::size_t position_ = 0;
};

}  // namespace longclip::checkpoint
