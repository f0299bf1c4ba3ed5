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

  const Output& operator[](int i) const { return outputs_[static_cast<std::size_t>(i)]; }
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

// The target's columns of the raster's rows first .. first + count - 1.
//
// Sixteen rows at a time are turned, so that a pixel's channel is sixteen neighbouring bytes, one
// of each row: what weigh_lines() takes. Its results are turned back.
Rows resize_rows(const Raster& raster, const Target& target, std::size_t first, std::size_t count) {
  const auto pixel = static_cast<std::size_t>(channels(raster.mode));
  const std::size_t row_bytes = static_cast<std::size_t>(target.size) * pixel;
  Rows rows(count, row_bytes);
  if (target.width == raster.width) {
    for (std::size_t y = 0; y < count; ++y) {
      std::memcpy(rows.row(y), raster.row(static_cast<int>(first + y)) + static_cast<std::size_t>(target.left) * pixel, row_bytes);
    }
    return rows;
  }
  const Weights weights(raster.width, target.width, target.left, target.size);
  const std::size_t left = weights.first() * pixel;
  const std::size_t bytes = (weights.end() - weights.first()) * pixel;
  std::vector<std::uint8_t> turned((rounded_up(bytes) + pixel) * kLanes);
  std::vector<std::uint8_t> resized(rows.stride * kLanes);
  std::uint8_t edge[kLanes * kLanes];
  for (std::size_t top = 0; top < count; top += kLanes) {
    const std::size_t height = std::min(kLanes, count - top);
    const std::uint8_t* from = raster.row(static_cast<int>(first + top)) + left;
    for (std::size_t x = 0; x < bytes; x += kLanes) {
      const std::size_t width = std::min(kLanes, bytes - x);
      if (width == kLanes && height == kLanes) {
        transpose(from + x, raster.row_bytes(), &turned[x * kLanes], kLanes);
        continue;
      }
      for (std::size_t y = 0; y < height; ++y) std::memcpy(edge + y * kLanes, from + y * raster.row_bytes() + x, width);
      transpose(edge, kLanes, &turned[x * kLanes], kLanes);
    }
    for (int i = 0; i < target.size; ++i) {
      const Weights::Output& output = weights[i];
      const std::size_t at = output.first * pixel - left;
      for (std::size_t c = 0; c < pixel; ++c) {
        weigh_lines(&turned[(at + c) * kLanes], pixel * kLanes, weights.pairs(output), output.pairs,
                    &resized[(static_cast<std::size_t>(i) * pixel + c) * kLanes]);
      }
    }
    for (std::size_t x = 0; x < rows.stride; x += kLanes) transpose(&resized[x * kLanes], kLanes, rows.row(top) + x, rows.stride);
  }
  return rows;
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
  const std::size_t row_bytes = static_cast<std::size_t>(target.size * channels(raster.mode));
  Raster result(raster.mode, target.size, target.size);
  if (target.height == raster.height) {
    const Rows rows = resize_rows(raster, target, static_cast<std::size_t>(target.top), static_cast<std::size_t>(target.size));
    for (int y = 0; y < target.size; ++y) std::memcpy(result.row(y), rows.row(static_cast<std::size_t>(y)), row_bytes);
    return result;
  }
  const Weights weights(raster.height, target.height, target.top, target.size);
  const std::size_t first = weights.first();
  const Rows rows = resize_rows(raster, target, first, weights.end() - first);
  std::vector<std::uint8_t> line(rows.stride);
  for (int y = 0; y < target.size; ++y) {
    const Weights::Output& output = weights[y];
    const std::uint8_t* lines = rows.row(output.first - first);
    for (std::size_t x = 0; x < rows.stride; x += kLanes) {
      weigh_lines(lines + x, rows.stride, weights.pairs(output), output.pairs, &line[x]);
    }
    std::memcpy(result.row(y), line.data(), row_bytes);
  }
  return result;
}

Raster resize_nearest(const Raster& raster, const Target& target) {
  // Pillow adds the step up one by one; the rounding of that sum decides some pixels, so it is
  // added from the picture's edge even where only a part is wanted.
  const auto nearest = [&target](int in, std::int64_t out, std::int64_t begin) {
    const double step = static_cast<double>(in) / static_cast<double>(out);
    std::vector<int> sources;
    double at = step * 0.5;
    for (std::int64_t i = 0; i < begin + target.size; ++i, at += step) {
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
