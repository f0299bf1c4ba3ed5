#include "image/normalize.h"

#include <array>
#include <cstddef>

namespace longclip::image {

void normalize(std::span<const std::uint8_t> rgb, int size, std::span<const float, 3> mean,
               std::span<const float, 3> std, float* chw) {
  const std::size_t plane = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  for (std::size_t c = 0; c < 3; ++c) {
    std::array<float, 256> values;  // there are but 256 inputs, and a look-up is no division
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = (static_cast<float>(i) / 255.0F - mean[c]) / std[c];
    for (std::size_t i = 0; i < plane; ++i) chw[c * plane + i] = values[rgb[3 * i + c]];
  }
}

}  // namespace longclip::image
