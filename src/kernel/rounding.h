#pragma once

namespace longclip::kernel {

constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: what is added to it is rounded to a whole number

}  // namespace longclip::kernel
