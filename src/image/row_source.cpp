#include "image/row_source.h"

namespace longclip::image {

Raster read_whole(RowSource& source) {
  Raster raster(source.mode(), source.width(), source.height());
  source.begin({0, 0, raster.width, raster.height});
  source.read(raster.data.data(), raster.row_bytes(), static_cast<std::size_t>(raster.height));
  source.finish();
  return raster;
}

}  // namespace longclip::image
