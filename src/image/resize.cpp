#include "image/resize.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <functional>

#include "image/lanes.h"
#include "image/weights.h"

namespace longclip::image {
namespace {

constexpr std::size_t divided_up(std::size_t count, std::size_t by) { return (count + by - 1) / by; }

// Rows in fours: byte 4 x + k of line g is byte x of row 4 g + k. What is weighed down the columns lies together.
// There is room for whole blocks, beyond the last row too.
struct Fours {
  Fours(std::size_t count, std::size_t row_bytes)
      : stride(divided_up(row_bytes, kLanes) * kBlock), data(divided_up(count, kLanes) * kInputs * stride) {}
  std::uint8_t* line(std::size_t g) { return data.data() + g * stride; }
  const std::uint8_t* line(std::size_t g) const { return data.data() + g * stride; }

  std::size_t stride;
  std::vector<std::uint8_t> data;
};

// A few rows of a picture. Of each, `bytes` may be read.
struct Strip {
  const std::uint8_t* rows = nullptr;
  std::size_t stride = 0;
  std::size_t bytes = 0;
};

// Gives the next `count` of the rows that are wanted, from the first pixel that is wanted on.
using NextStrip = std::function<Strip(std::size_t count)>;

Fours in_fours(const Strip& strip, std::size_t count) {
  Fours fours(count, strip.bytes);
  for (std::size_t y = 0; y < count; ++y) {
    const std::uint8_t* from = strip.rows + y * strip.stride;
    std::uint8_t* to = fours.line(y / kInputs) + y % kInputs;
    for (std::size_t x = 0; x < strip.bytes; ++x) to[x * kInputs] = from[x];
  }
  return fours;
}

Raster from_fours(const Fours& fours, Mode mode, int width, int height) {
  Raster raster(mode, width, height);
  for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
    const std::uint8_t* from = fours.line(y / kInputs) + y % kInputs;
    std::uint8_t* to = raster.row(static_cast<int>(y));
    for (std::size_t x = 0; x < raster.row_bytes(); ++x) to[x] = from[x * kInputs];
  }
  return raster;
}

// Gathers `bytes` of the rows of a strip. Where a whole step cannot be loaded, it takes the way over a copy.
void gather(const Lanes& lanes, const Strip& strip, std::size_t count, std::size_t pixel, std::size_t bytes,
            std::uint8_t* blocks) {
  const std::size_t step = step_bytes(pixel);
  const std::size_t steps = divided_up(bytes, step);
  std::size_t done = 0;
  if (count == kLanes && strip.bytes >= kLoaded) {
    done = std::min(steps, (strip.bytes - kLoaded) / step + 1);
    lanes.gather(strip.rows, strip.stride, pixel, done, blocks);
  }
  std::uint8_t copy[kLanes * kLoaded] = {};
  for (; done < steps; ++done) {
    const std::size_t at = done * step;
    for (std::size_t y = 0; y < count; ++y) {
      std::memcpy(copy + y * kLoaded, strip.rows + y * strip.stride + at, std::min(kLoaded, strip.bytes - at));
    }
    lanes.gather(copy, kLoaded, pixel, 1, blocks + done * step_blocks(pixel) * kBlock);
  }
}

// `count` rows, resized.
Fours resize_rows(const NextStrip& next, std::size_t count, std::size_t pixel, const Weights& weights) {
  const Lanes& lanes = *usable_lanes().front();
  Fours resized(count, weights.count() * pixel);
  const std::size_t bytes = weights.inputs() * pixel;
  std::vector<std::uint8_t> blocks(divided_up(bytes, step_bytes(pixel)) * step_blocks(pixel) * kBlock);
  std::uint8_t sums[kLanes];
  for (std::size_t top = 0; top < count; top += kLanes) {
    const std::size_t height = std::min(kLanes, count - top);
    gather(lanes, next(height), height, pixel, bytes, blocks.data());
    for (std::size_t i = 0; i < weights.count(); ++i) {
      const Weights::Output& output = weights[i];
      for (std::size_t c = 0; c < pixel; ++c) {
        lanes.weigh(&blocks[(output.first_group * pixel + c) * kBlock], pixel * kBlock, weights.groups(output),
                    output.groups, sums);
        std::uint8_t* to = resized.line(top / kInputs) + (i * pixel + c) * kInputs;
        for (std::size_t g = 0; g < kLanes / kInputs; ++g)
          std::memcpy(to + g * resized.stride, sums + g * kInputs, kInputs);
      }
    }
  }
  return resized;
}

// The columns of `rows`, resized to as many as `weights` has outputs. The first of the rows is the first that the
// weights need.
Raster resize_columns(const Fours& rows, Mode mode, int width, const Weights& weights) {
  const Lanes& lanes = *usable_lanes().front();
  Raster resized(mode, width, static_cast<int>(weights.count()));
  const std::size_t bytes = resized.row_bytes();
  for (std::size_t y = 0; y < weights.count(); ++y) {
    const Weights::Output& output = weights[y];
    const std::uint8_t* blocks = rows.line(output.first_group);
    std::uint8_t* to = resized.row(static_cast<int>(y));
    for (std::size_t x = 0; x < bytes; x += kLanes) {
      std::uint8_t sums[kLanes];
      const bool whole = bytes - x >= kLanes;
      lanes.weigh(blocks + x * kInputs, rows.stride, weights.groups(output), output.groups, whole ? to + x : sums);
      if (!whole) std::memcpy(to + x, sums, bytes - x);
    }
  }
  return resized;
}

// Gives a raster's rows where they lie, from the pixel at left, top on.
NextStrip strips_of(const Raster& raster, std::size_t left, std::size_t top) {
  const std::size_t skipped = left * static_cast<std::size_t>(channels(raster.mode));
  return [&raster, skipped, top](std::size_t count) mutable {
    const Strip strip{raster.row(static_cast<int>(top)) + skipped, raster.row_bytes(), raster.row_bytes() - skipped};
    top += count;
    return strip;
  };
}

// Whether Pillow, from version 13 on, resizes the columns before the rows. Rounding in between makes
// it matter. Only a picture much higher than wide is such, so that all of its columns are wanted.
bool columns_first(int width, int height, const Target& target) {
  const std::int64_t lower = height - target.height;
  const std::int64_t narrower = width - target.width;
  return lower > 0 && lower > 2 * narrower;
}

}  // namespace

Target fit(int width, int height, int size) {
  const auto longer = [size](std::int64_t l, std::int64_t s) {
    return static_cast<std::int64_t>(static_cast<double>(size * l) / static_cast<double>(s));
  };
  Target target;
  target.size = size;
  target.width = width <= height ? size : longer(width, height);
  target.height = width <= height ? longer(height, width) : size;
  // Half of an odd difference goes to the even neighbour, as Python's round() has it.
  const auto centred = [size](std::int64_t length) {
    const std::int64_t rest = length - size;
    return rest / 2 + (rest % 4 == 3 ? 1 : 0);
  };
  target.left = centred(target.width);
  target.top = centred(target.height);
  return target;
}

Raster resize_bicubic(const Raster& raster, const Target& target) {
  const auto pixel = static_cast<std::size_t>(channels(raster.mode));
  const auto size = static_cast<std::size_t>(target.size);
  const Weights across(raster.width, target.width, target.left, target.size);
  const Weights down(raster.height, target.height, target.top, target.size);
  const bool across_changes = target.width != raster.width;
  const bool down_changes = target.height != raster.height;

  if (across_changes && down_changes && columns_first(raster.width, raster.height, target)) {
    const Strip all = strips_of(raster, 0, down.first())(down.inputs());
    const Raster lower = resize_columns(in_fours(all, down.inputs()), raster.mode, raster.width, down);
    const Fours rows = resize_rows(strips_of(lower, across.first(), 0), size, pixel, across);
    return from_fours(rows, raster.mode, target.size, target.size);
  }
  const std::size_t first = down_changes ? down.first() : static_cast<std::size_t>(target.top);
  const std::size_t count = down_changes ? down.inputs() : size;
  const auto rows = [&] {
    if (across_changes) return resize_rows(strips_of(raster, across.first(), first), count, pixel, across);
    Strip strip = strips_of(raster, static_cast<std::size_t>(target.left), first)(count);
    strip.bytes = size * pixel;
    return in_fours(strip, count);
  }();
  return down_changes ? resize_columns(rows, raster.mode, target.size, down)
                      : from_fours(rows, raster.mode, target.size, target.size);
}

std::optional<Region> region_by_rows(int width, int height, const Target& target) {
  if (target.width == width || target.height == height || columns_first(width, height, target)) return std::nullopt;
  const InputRange across = Weights::inputs(width, target.width, target.left, target.size);
  const InputRange down = Weights::inputs(height, target.height, target.top, target.size);
  return Region{static_cast<int>(across.first), static_cast<int>(down.first),
                static_cast<int>(across.end - across.first), static_cast<int>(down.end - down.first)};
}

Raster resize_bicubic(RowSource& source, const Target& target) {
  const auto pixel = static_cast<std::size_t>(channels(source.mode()));
  const Weights across(source.width(), target.width, target.left, target.size);
  const Weights down(source.height(), target.height, target.top, target.size);
  // Rows of whole pages would all lie in the same few places of the cache.
  const std::size_t stride = divided_up(source.row_bytes(), kBlock) * kBlock + kBlock;
  std::vector<std::uint8_t> buffer(kLanes * stride);
  const std::size_t skipped = source.bytes_before_region();
  const NextStrip next = [&](std::size_t count) {
    source.read(buffer.data(), stride, count);
    return Strip{buffer.data() + skipped, stride, stride - skipped};
  };
  const Fours rows = resize_rows(next, down.inputs(), pixel, across);
  return resize_columns(rows, source.mode(), target.size, down);
}

Raster resize_nearest(const Raster& raster, const Target& target) {
  // Pillow adds the step up one by one; the rounding of that sum decides some pixels, so it is
  // added from the picture's edge even where only a part is wanted. Where that edge is so far away
  // that Pillow has no memory for the picture, it begins with the part.
  constexpr std::int64_t kFar = std::int64_t{1} << 26;
  const auto nearest = [&target](int in, std::int64_t out, std::int64_t begin) {
    const double step = static_cast<double>(in) / static_cast<double>(out);
    std::vector<int> sources;
    const std::int64_t first = begin < kFar ? 0 : begin;
    double at = step * (static_cast<double>(first) + 0.5);
    for (std::int64_t i = first; i < begin + target.size; ++i, at += step) {
      if (i >= begin) sources.push_back(std::min(static_cast<int>(at), in - 1));
    }
    return sources;
  };
  const std::vector<int> columns = nearest(raster.width, target.width, target.left);
  const std::vector<int> rows = nearest(raster.height, target.height, target.top);
  const auto pixel = static_cast<std::size_t>(channels(raster.mode));
  Raster result(raster.mode, target.size, target.size);
  result.palette = raster.palette;
  for (int y = 0; y < target.size; ++y) {
    const std::uint8_t* from = raster.row(rows[static_cast<std::size_t>(y)]);
    std::uint8_t* to = result.row(y);
    for (const int x : columns) {
      std::memcpy(to, from + static_cast<std::size_t>(x) * pixel, pixel);
      to += pixel;
    }
  }
  return result;
}

}  // namespace longclip::image
