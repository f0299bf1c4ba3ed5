#pragma once

#include <array>
#include <cstdint>

namespace longclip::cli::picture {

// Blue, green, red: the order of OpenCV's pixels.
using Colour = std::array<std::uint8_t, 3>;

// From the usual notation: rgb(0x2563EB).
constexpr Colour rgb(unsigned hex) {
  return {static_cast<std::uint8_t>(hex & 0xFF), static_cast<std::uint8_t>(hex >> 8 & 0xFF),
          static_cast<std::uint8_t>(hex >> 16 & 0xFF)};
}

}  // namespace longclip::cli::picture
