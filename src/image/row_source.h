#pragma once

#include <cstddef>
#include <cstdint>

#include "image/raster.h"

namespace longclip::image {

// A part of a picture: columns left ... left + width - 1 of rows top ... top + height - 1.
struct Region {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
};

// A picture of which rows are decoded as they are asked for, each once, from the top: a large photo need never lie
// in memory whole. Everything throws CodecError.
class RowSource {
 public:
  virtual ~RowSource() = default;

  virtual Mode mode() const = 0;
  virtual int width() const = 0;
  virtual int height() const = 0;

  // Says which part will be read; the first call.
  virtual void begin(const Region& region) = 0;

  // What read() writes of a row: it may begin with some pixels left of the region, and end with some beyond it.
  virtual std::size_t row_bytes() const = 0;
  virtual std::size_t bytes_before_region() const = 0;

  // The region's next `count` rows, `stride` bytes apart.
  virtual void read(std::uint8_t* rows, std::size_t stride, std::size_t count) = 0;

  // After the last row: finds damage in what was not asked for, too.
  virtual void finish() = 0;
};

// All of it.
Raster read_whole(RowSource& source);

}  // namespace longclip::image
