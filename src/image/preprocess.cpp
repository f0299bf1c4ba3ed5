#include "image/preprocess.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "image/resize.h"

namespace longclip::image {
namespace {

std::uint8_t divide_by_255(unsigned value) {
  value += 128;
  return static_cast<std::uint8_t>(((value >> 8) + value) >> 8);
}

// Alpha is the last channel.
Raster multiplied_by_alpha(Raster raster) {
  const auto count = static_cast<std::size_t>(channels(raster.mode));
  for (std::size_t i = 0; i < raster.data.size(); i += count) {
    std::uint8_t* pixel = &raster.data[i];
    for (std::size_t c = 0; c + 1 < count; ++c) pixel[c] = divide_by_255(unsigned{pixel[c]} * pixel[count - 1]);
  }
  return raster;
}

Raster divided_by_alpha(Raster raster) {
  const auto count = static_cast<std::size_t>(channels(raster.mode));
  for (std::size_t i = 0; i < raster.data.size(); i += count) {
    std::uint8_t* pixel = &raster.data[i];
    const unsigned alpha = pixel[count - 1];
    if (alpha == 0 || alpha == 255) continue;
    for (std::size_t c = 0; c + 1 < count; ++c)
      pixel[c] = static_cast<std::uint8_t>(std::min(255U, 255U * pixel[c] / alpha));
  }
  return raster;
}

Raster cropped(const Raster& raster, const Target& target) {
  const auto pixel = static_cast<std::size_t>(channels(raster.mode));
  Raster result(raster.mode, target.size, target.size);
  result.palette = raster.palette;
  for (int y = 0; y < target.size; ++y) {
    const std::uint8_t* from =
        raster.row(static_cast<int>(target.top) + y) + static_cast<std::size_t>(target.left) * pixel;
    std::copy_n(from, result.row_bytes(), result.row(y));
  }
  return result;
}

// Whether a picture is resized channel by channel, whatever the other channels say.
bool resized_as_it_is(Mode mode) { return mode == Mode::grey || mode == Mode::rgb || mode == Mode::cmyk; }

// The mode decides how a picture is resized, since the reference converts to RGB afterwards.
Raster resized(const Raster& raster, const Target& target) {
  if (target.width == raster.width && target.height == raster.height) return cropped(raster, target);
  switch (raster.mode) {
    case Mode::palette:
      return resize_nearest(raster, target);
    case Mode::grey_alpha:
    case Mode::rgba:
      return divided_by_alpha(resize_bicubic(multiplied_by_alpha(raster), target));
    case Mode::grey:
    case Mode::rgb:
    case Mode::cmyk:
      break;
  }
  return resize_bicubic(raster, target);
}

}  // namespace

std::vector<std::uint8_t> to_rgb(const Raster& raster) {
  if (raster.mode == Mode::rgb) return raster.data;
  const auto count = static_cast<std::size_t>(channels(raster.mode));
  std::vector<std::uint8_t> rgb(raster.data.size() / count * 3);
  std::uint8_t* to = rgb.data();
  for (std::size_t i = 0; i < raster.data.size(); i += count, to += 3) {
    const std::uint8_t* from = &raster.data[i];
    switch (raster.mode) {
      case Mode::palette:
        std::copy_n(raster.palette[from[0]].data(), 3, to);
        break;
      case Mode::grey:
      case Mode::grey_alpha:
        std::fill_n(to, 3, from[0]);
        break;
      case Mode::rgb:
      case Mode::rgba:
        std::copy_n(from, 3, to);
        break;
      case Mode::cmyk: {
        const unsigned white = 255U - from[3];
        for (int c = 0; c < 3; ++c) to[c] = static_cast<std::uint8_t>(white - divide_by_255(from[c] * white));
        break;
      }
    }
  }
  return rgb;
}

std::vector<std::uint8_t> preprocess(const Raster& raster, int size) {
  return to_rgb(resized(raster, fit(raster.width, raster.height, size)));
}

std::vector<std::uint8_t> preprocess(RowSource& source, int size) {
  const Target target = fit(source.width(), source.height(), size);
  const auto region = region_by_rows(source.width(), source.height(), target);
  if (!region || !resized_as_it_is(source.mode())) return preprocess(read_whole(source), size);
  source.begin(*region);
  const Raster raster = resize_bicubic(source, target);
  source.finish();
  return to_rgb(raster);
}

}  // namespace longclip::image
