#pragma once

#include <cstdint>
#include <span>

namespace longclip::image {

// What a vision tower takes: (x / 255 - mean) / std, one plane for each channel, in float32 and
// rounded step by step as torchvision does. `rgb` is size x size x 3; `chw` takes 3 x size x size.
void normalize(std::span<const std::uint8_t> rgb, int size, std::span<const float, 3> mean,
               std::span<const float, 3> std, float* chw);

}  // namespace longclip::image
