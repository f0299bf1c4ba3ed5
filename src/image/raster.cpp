#include "image/raster.h"

#include <cstring>

namespace longclip::image {

Raster::Raster(Mode m, int w, int h) : mode(m), width(w), height(h), data(row_bytes() * static_cast<std::size_t>(h)) {}

Raster oriented(const Raster& raster, int orientation) {
  if (orientation < 2 || orientation > 8) return raster;
  const bool transposed = orientation >= 5;
  // Where the top left pixel of the turned picture comes from, and which way its rows run there.
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  Raster turned(raster.mode, transposed ? raster.height : raster.width, transposed ? raster.width : raster.height);
  turned.palette = raster.palette;
  const auto pixel = static_cast<std::ptrdiff_t>(channels(raster.mode));
  const auto row = static_cast<std::ptrdiff_t>(raster.row_bytes());
  const std::ptrdiff_t right = from_right ? -pixel : pixel;
  const std::ptrdiff_t down = from_bottom ? -row : row;
  const std::uint8_t* const origin = raster.data.data() + (from_right ? row - pixel : 0) +
                                     (from_bottom ? row * (static_cast<std::ptrdiff_t>(raster.height) - 1) : 0);
  const std::ptrdiff_t x_step = transposed ? down : right;
  const std::ptrdiff_t y_step = transposed ? right : down;
  for (int y = 0; y < turned.height; ++y) {
    const std::uint8_t* from = origin + y * y_step;
    std::uint8_t* to = turned.row(y);
    for (int x = 0; x < turned.width; ++x, from += x_step, to += pixel) {
      std::memcpy(to, from, static_cast<std::size_t>(pixel));
    }
  }
  return turned;
}

}  // namespace longclip::image
