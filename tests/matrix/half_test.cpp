#include "matrix/half.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace longclip::matrix {
namespace {

// By the definition in IEEE 754: sign, 5 bits of exponent, 10 of fraction.
double by_definition(unsigned half) {
  const double sign = half & 0x8000 ? -1 : 1;
  const int exponent = static_cast<int>(half >> 10 & 31);
  const int fraction = static_cast<int>(half & 1023);
  if (exponent == 31) {
    return fraction == 0 ? sign * std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  }
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(1024 + fraction, exponent - 25);
}

TEST(HalfToFloat, IsExactForEveryNumber) {
  for (unsigned half = 0; half < 0x10000; ++half) {
    const double expected = by_definition(half);
    const float value = half_to_float(static_cast<std::uint16_t>(half));
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(value)) << half;
    } else {
      ASSERT_EQ(value, expected) << half;
      ASSERT_EQ(std::signbit(value), std::signbit(expected)) << half;
    }
  }
}

}  // namespace
}  // namespace longclip::matrix
