#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "image/raster.h"
#include "image/row_source.h"

namespace longclip::image {

// A resized picture of which only a part is wanted: width x height pixels, and the square of
// `size` pixels at left, top.
struct Target {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t left = 0;
  std::int64_t top = 0;
  int size = 0;
};

// torchvision's Resize(size), which makes the shorter side `size`, and CenterCrop(size).
Target fit(int width, int height, int size);

// Pillow's 8-bit bicubic, antialiased, equal to the last bit: along the rows, rounded, then along the
// columns; the other way round, as Pillow 13 does, if the height shrinks by more than twice what the
// width does. A side that does not change is left alone. Only what lies in the target is computed.
// Channels are independent. Result: size x size in the raster's mode.
Raster resize_bicubic(const Raster& raster, const Target& target);

// The part of a picture that resize_bicubic() can take row by row, each row once; nothing where it must have the
// whole picture.
std::optional<Region> region_by_rows(int width, int height, const Target& target);

// The same, of a source of which begin() was called for that part. Throws what the source throws.
Raster resize_bicubic(RowSource& source, const Target& target);

// Pillow's nearest neighbour, of the same part.
Raster resize_nearest(const Raster& raster, const Target& target);

}  // namespace longclip::image
