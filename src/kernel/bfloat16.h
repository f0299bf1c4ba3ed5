#pragma once

#include <cstdint>

namespace longclip::kernel {

// Always inlined, and of nothing but the compiler's own functions: sources that are compiled for one kind of processor
// call these, too, and must not leave a copy of them for all.
#define LONGCLIP_INLINE inline __attribute__((always_inline))

// The bits of the nearest bfloat16, ties to even. A NaN stays one.
LONGCLIP_INLINE std::uint16_t to_bfloat16(float value) noexcept {
  const auto bits = __builtin_bit_cast(std::uint32_t, value);
  if (value != value) return static_cast<std::uint16_t>(bits >> 16 | 0x40);
  return static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// Exact.
LONGCLIP_INLINE float from_bfloat16(std::uint16_t bits) noexcept {
  return __builtin_bit_cast(float, static_cast<std::uint32_t>(bits) << 16);
}

}  // namespace longclip::kernel
