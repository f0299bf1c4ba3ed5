#pragma once

#include <cstdint>

namespace longclip::matrix {

// The value of an IEEE half-precision number, exactly.
float half_to_float(std::uint16_t half) noexcept;

}  // namespace longclip::matrix
