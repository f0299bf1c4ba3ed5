#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include <longclip/image.h>

// Pictures of `size` x `size` random pixels, the same at every call.
inline std::vector<longclip::Image> noise(std::size_t count, int size) {
  std::mt19937 generator(1);
  std::vector<longclip::Image> images;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<std::uint8_t> pixels(3 * static_cast<std::size_t>(size) * static_cast<std::size_t>(size));
    for (auto& value : pixels) value = static_cast<std::uint8_t>(generator());
    images.push_back(longclip::Image::from_pixels({pixels.data(), size, size, longclip::PixelFormat::rgb}));
  }
  return images;
}
