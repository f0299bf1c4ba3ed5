#pragma once

#include <cstdint>
#include <vector>

#include "image/raster.h"
#include "image/row_source.h"

namespace longclip::image {

// RGB as the reference converts to it: alpha is dropped, CMYK taken without a colour profile.
// width x height x 3 bytes.
std::vector<std::uint8_t> to_rgb(const Raster& raster);

// The reference's preprocessing: shorter side to `size`, centre crop, RGB. size x size x 3 bytes.
std::vector<std::uint8_t> preprocess(const Raster& raster, int size);

// The same from a picture's rows, with memory for few of them where that can be. Throws what the source throws.
std::vector<std::uint8_t> preprocess(RowSource& source, int size);

}  // namespace longclip::image
