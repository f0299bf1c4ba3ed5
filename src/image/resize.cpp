#include "image/resize.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>

#include "image/lanes.h"

namespace longclip::image {
namespace {

double cubic(double x) {  // Keys' kernel, a = -0.5
  constexpr double a = -0.5;
  x = std::fabs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

// For each of `count` outputs from `begin` on: which inputs it is made of, and how much of each.
class Weights {
 public:
  struct Output {
    std::size_t first = 0;  // input
    std::size_t inputs = 0;
    std::size_t pairs = 0;  // of weights; the last may hold a 0 for one input more
    std::size_t offset = 0;
  };

  Weights(std::int64_t in, std::int64_t out, std::int64_t begin, int count) {
    const double scale = static_cast<double>(in) / static_cast<double>(out);
    const double stretch = std::max(scale, 1.0);
    const double support = 2 * stretch;
    std::vector<double> weights;
    for (std::int64_t i = begin; i < begin + count; ++i) {
      const double centre = (static_cast<double>(i) + 0.5) * scale;
      const std::int64_t low = std::max<std::int64_t>(0, static_cast<std::int64_t>(centre - support + 0.5));
      const std::int64_t high = std::min(in, static_cast<std::int64_t>(centre + support + 0.5));
      weights.clear();
      double sum = 0;
      for (std::int64_t x = 0; x < high - low; ++x) {
        weights.push_back(cubic((static_cast<double>(x + low) - centre + 0.5) * (1.0 / stretch)));
        sum += weights.back();
      }
      for (double& weight : weights) weight /= sum;
      add(static_cast<std::size_t>(low), weights);
    }
  }

  std::size_t count() const { return outputs_.size(); }
  const Output& operator[](std::size_t i) const { return outputs_[i]; }
  const WeightPair* pairs(const Output& output) const { return pairs_.data() + output.offset; }
  std::size_t first() const { return outputs_.front().first; }
  std::size_t end() const { return outputs_.back().first + outputs_.back().inputs; }

 private:
  void add(std::size_t first, const std::vector<double>& weights) {
    outputs_.push_back({first, weights.size(), (weights.size() + 1) / 2, pairs_.size()});
    for (std::size_t k = 0; k < weights.size(); ++k) {
      if (k % 2 == 0) pairs_.push_back({});
      const double scaled = weights[k] * (1 << kWeightBits);
      const int weight = static_cast<int>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
      pairs_.back().high[k % 2] = static_cast<std::int16_t>(weight >> 11);
      pairs_.back().low[k % 2] = static_cast<std::int16_t>(weight & 2047);
    }
  }

  std::vector<Output> outputs_;
  std::vector<WeightPair> pairs_;
};

std::size_t rounded_up(std::size_t count) { return (count + kLanes - 1) / kLanes * kLanes; }

// Rows of bytes with room for whole lanes behind each, and for one row more, which a pair of
// weights may touch with weight 0.
struct Rows {
  Rows(std::size_t count, std::size_t bytes) : stride(rounded_up(bytes)), data((rounded_up(count) + 1) * stride) {}
  std::uint8_t* row(std::size_t y) { return data.data() + y * stride; }
  const std::uint8_t* row(std::size_t y) const { return data.data() + y * stride; }
  std::size_t stride;
  std::vector<std::uint8_t> data;
};

// `count` rows of `bytes` bytes.
Rows copied(const std::uint8_t* from, std::size_t stride, std::size_t count, std::size_t bytes) {
  Rows rows(count, bytes);
  for (std::size_t y = 0; y < count; ++y) std::memcpy(rows.row(y), from + y * stride, bytes);
  return rows;
}

// `count` rows, resized.
//
// Sixteen rows at a time are turned, so that a pixel's channel is sixteen neighbouring bytes, one
// of each row: what weigh_lines() takes. Its results are turned back.
Rows resize_rows(const std::uint8_t* from, std::size_t stride, std::size_t count, std::size_t pixel,
                 const Weights& weights) {
  Rows rows(count, weights.count() * pixel);
  const std::size_t left = weights.first() * pixel;
  const std::size_t bytes = (weights.end() - weights.first()) * pixel;
  std::vector<std::uint8_t> turned((rounded_up(bytes) + pixel) * kLanes);
  std::vector<std::uint8_t> resized(rows.stride * kLanes);
  std::uint8_t edge[kLanes * kLanes];
  for (std::size_t top = 0; top < count; top += kLanes) {
    const std::size_t height = std::min(kLanes, count - top);
    const std::uint8_t* block = from + top * stride + left;
    for (std::size_t x = 0; x < bytes; x += kLanes) {
      const std::size_t width = std::min(kLanes, bytes - x);
      if (width == kLanes && height == kLanes) {
        transpose(block + x, stride, &turned[x * kLanes], kLanes);
        continue;
      }
      for (std::size_t y = 0; y < height; ++y) std::memcpy(edge + y * kLanes, block + y * stride + x, width);
      transpose(edge, kLanes, &turned[x * kLanes], kLanes);
    }
    for (std::size_t i = 0; i < weights.count(); ++i) {
      const Weights::Output& output = weights[i];
      const std::size_t at = output.first * pixel - left;
      for (std::size_t c = 0; c < pixel; ++c) {
        weigh_lines(&turned[(at + c) * kLanes], pixel * kLanes, weights.pairs(output), output.pairs,
                    &resized[(i * pixel + c) * kLanes]);
      }
    }
    for (std::size_t x = 0; x < rows.stride; x += kLanes)
      transpose(&resized[x * kLanes], kLanes, rows.row(top) + x, rows.stride);
  }
  return rows;
}

// The columns of `rows`, resized. The first of the rows is the first that the weights need.
Rows resize_columns(const Rows& rows, const Weights& weights) {
  Rows resized(weights.count(), rows.stride);
  for (std::size_t y = 0; y < weights.count(); ++y) {
    const Weights::Output& output = weights[y];
    const std::uint8_t* lines = rows.row(output.first - weights.first());
    for (std::size_t x = 0; x < rows.stride; x += kLanes) {
      weigh_lines(lines + x, rows.stride, weights.pairs(output), output.pairs, resized.row(y) + x);
    }
  }
  return resized;
}

// Whether Pillow, from version 13 on, resizes the columns before the rows. Rounding in between makes
// it matter. Only a picture much higher than wide is such, so that all of its columns are wanted.
bool columns_first(const Raster& raster, const Target& target) {
  const std::int64_t lower = raster.height - target.height;
  const std::int64_t narrower = raster.width - target.width;
  return lower > 0 && lower > 2 * narrower;
}

Raster to_raster(const Rows& rows, Mode mode, int size) {
  Raster result(mode, size, size);
  for (int y = 0; y < size; ++y) std::memcpy(result.row(y), rows.row(static_cast<std::size_t>(y)), result.row_bytes());
  return result;
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

  if (across_changes && down_changes && columns_first(raster, target)) {
    const std::size_t count = down.end() - down.first();
    const Rows lower = resize_columns(
        copied(raster.row(static_cast<int>(down.first())), raster.row_bytes(), count, raster.row_bytes()), down);
    return to_raster(resize_rows(lower.row(0), lower.stride, size, pixel, across), raster.mode, target.size);
  }
  const std::size_t first = down_changes ? down.first() : static_cast<std::size_t>(target.top);
  const std::size_t count = down_changes ? down.end() - first : size;
  const std::uint8_t* from = raster.row(static_cast<int>(first));
  const Rows rows = across_changes ? resize_rows(from, raster.row_bytes(), count, pixel, across)
                                   : copied(from + static_cast<std::size_t>(target.left) * pixel, raster.row_bytes(),
                                            count, size * pixel);
  return to_raster(down_changes ? resize_columns(rows, down) : rows, raster.mode, target.size);
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
