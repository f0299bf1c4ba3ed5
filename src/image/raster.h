#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace longclip::image {

// How pixels are stored; it decides how the reference resizes them. Bilevel pictures are palettes
// of two colours, 16-bit ones are brought to 8 bits when decoded.
enum class Mode { palette, grey, grey_alpha, rgb, rgba, cmyk };

constexpr int channels(Mode mode) {
  switch (mode) {
    case Mode::palette:
    case Mode::grey:
      return 1;
    case Mode::grey_alpha:
      return 2;
    case Mode::rgb:
      return 3;
    case Mode::rgba:
    case Mode::cmyk:
      return 4;
  }
  return 0;
}

using Palette = std::array<std::array<std::uint8_t, 3>, 256>;

// A decoded picture: rows from the top, close together, channels interleaved.
struct Raster {
  Raster() = default;
  // All zeros. Throws std::bad_alloc.
  Raster(Mode mode, int width, int height);

  std::size_t row_bytes() const { return static_cast<std::size_t>(width) * static_cast<std::size_t>(channels(mode)); }
  std::uint8_t* row(int y) { return data.data() + static_cast<std::size_t>(y) * row_bytes(); }
  const std::uint8_t* row(int y) const { return data.data() + static_cast<std::size_t>(y) * row_bytes(); }

  Mode mode = Mode::rgb;
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> data;
  Palette palette{};  // of Mode::palette; indices beyond a file's own palette are black, as to the reference
};

// The picture as EXIF's orientation (1 to 8) means it to be seen.
Raster oriented(const Raster& raster, int orientation);

}  // namespace longclip::image
