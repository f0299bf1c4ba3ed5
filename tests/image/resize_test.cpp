#include "image/resize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace longclip::image {
namespace {

// One line resized as the description of Pillow's filter reads.
std::vector<std::uint8_t> slow_line(const std::vector<std::uint8_t>& in, std::int64_t out) {
  const double scale = static_cast<double>(in.size()) / static_cast<double>(out);
  const double stretch = std::max(scale, 1.0);
  const auto kernel = [](double x) {
    x = std::fabs(x);
    if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * -0.5;
    return 0.0;
  };
  std::vector<std::uint8_t> line;
  for (std::int64_t i = 0; i < out; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale;
    const int low = std::max(0, static_cast<int>(centre - 2 * stretch + 0.5));
    const int high = std::min(static_cast<int>(in.size()), static_cast<int>(centre + 2 * stretch + 0.5));
    double sum = 0;
    for (int x = low; x < high; ++x) sum += kernel((x - centre + 0.5) * (1 / stretch));
    std::int64_t total = 1 << 21;
    for (int x = low; x < high; ++x) {
      const double weight = kernel((x - centre + 0.5) * (1 / stretch)) / sum * (1 << 22);
      total += static_cast<std::int64_t>(weight < 0 ? weight - 0.5 : weight + 0.5) * in[static_cast<std::size_t>(x)];
    }
    line.push_back(static_cast<std::uint8_t>(std::clamp<std::int64_t>(total >> 22, 0, 255)));
  }
  return line;
}

struct Plane {
  int width, height;
  std::vector<std::uint8_t> data;
};

Plane slow_rows(const Plane& plane, std::int64_t width) {
  if (width == plane.width) return plane;
  Plane resized{static_cast<int>(width), plane.height, {}};
  for (int y = 0; y < plane.height; ++y) {
    const auto row = plane.data.begin() + y * plane.width;
    const auto line = slow_line({row, row + plane.width}, width);
    resized.data.insert(resized.data.end(), line.begin(), line.end());
  }
  return resized;
}

Plane turned(const Plane& plane) {
  Plane result{plane.height, plane.width, {}};
  for (int x = 0; x < plane.width; ++x) {
    for (int y = 0; y < plane.height; ++y)
      result.data.push_back(plane.data[static_cast<std::size_t>(y * plane.width + x)]);
  }
  return result;
}

Plane slow_columns(const Plane& plane, std::int64_t height) { return turned(slow_rows(turned(plane), height)); }

std::vector<std::uint8_t> cropped(const Plane& plane, const Target& target) {
  std::vector<std::uint8_t> result;
  for (std::int64_t y = 0; y < target.size; ++y) {
    const auto from = plane.data.begin() + (target.top + y) * plane.width + target.left;
    result.insert(result.end(), from, from + target.size);
  }
  return result;
}

Raster random_raster(Mode mode, int width, int height) {
  std::mt19937 random(static_cast<unsigned>(width * 1000 + height));
  Raster raster(mode, width, height);
  // Mostly extremes, where the kernel overshoots.
  for (auto& value : raster.data) value = static_cast<std::uint8_t>(random() % 3 == 0 ? random() : random() % 2 * 255);
  return raster;
}

TEST(Resize, EqualsTheSlowWayForEverySizeNearTheTargets) {
  constexpr int kSize = 16;
  for (int width = 1; width <= 70; width += 3) {
    for (int height = 1; height <= 70; ++height) {
      const Raster raster = random_raster(Mode::grey, width, height);
      const Target target = fit(width, height, kSize);
      const Plane plane{width, height, raster.data};
      // Pillow 13: the columns first, if they shrink by more than twice what the rows do.
      const bool columns_first = height > target.height && height - target.height > 2 * (width - target.width);
      const Plane slow = columns_first ? slow_rows(slow_columns(plane, target.height), target.width)
                                       : slow_columns(slow_rows(plane, target.width), target.height);
      ASSERT_EQ(resize_bicubic(raster, target).data, cropped(slow, target)) << width << " x " << height;
    }
  }
}

TEST(Resize, KeepsChannelsApart) {
  for (const Mode mode : {Mode::grey_alpha, Mode::rgb, Mode::rgba}) {
    for (const auto& [width, height] : {std::pair{50, 37}, std::pair{19, 90}, std::pair{5, 3}}) {
      const int count = channels(mode);
      const Raster raster = random_raster(mode, width, height);
      const Target target = fit(width, height, 16);
      const Raster resized = resize_bicubic(raster, target);
      for (int c = 0; c < count; ++c) {
        Raster channel(Mode::grey, width, height);
        for (std::size_t i = 0; i < channel.data.size(); ++i)
          channel.data[i] = raster.data[i * static_cast<std::size_t>(count) + static_cast<std::size_t>(c)];
        const Raster alone = resize_bicubic(channel, target);
        for (std::size_t i = 0; i < alone.data.size(); ++i) {
          ASSERT_EQ(resized.data[i * static_cast<std::size_t>(count) + static_cast<std::size_t>(c)], alone.data[i]);
        }
      }
    }
  }
}

TEST(Resize, FitsTheShorterSideAndCropsTheMiddle) {
  const Target wide = fit(640, 480, 224);
  EXPECT_EQ(wide.width, 298);  // 298.67, cut
  EXPECT_EQ(wide.height, 224);
  EXPECT_EQ(wide.left, 37);
  EXPECT_EQ(wide.top, 0);
  const Target tall = fit(3, 1000000, 8192);
  EXPECT_EQ(tall.height, 2730666666);
  // Half of an odd difference goes to the even neighbour.
  for (const auto& [width, left] : {std::pair{225, 0}, std::pair{227, 2}, std::pair{229, 2}, std::pair{231, 4}}) {
    EXPECT_EQ(fit(width, 224, 224).left, left) << width;
  }
}

// What is blown up before the crop is not computed: 2.7 thousand million pixels here.
TEST(Resize, OfAnExtremeShapeCostsOnlyWhatIsKept) {
  Raster column(Mode::palette, 1, 50000000);
  column.data[25000000] = 1;
  const Target middle = fit(column.width, column.height, 224);
  EXPECT_EQ(middle.height, 11200000000);
  const Raster kept = resize_nearest(column, middle);
  EXPECT_EQ(kept.data[112 * 224], 1);
  EXPECT_EQ(kept.data[111 * 224], 0);

  const Raster raster = random_raster(Mode::rgb, 1, 50000);
  const Target target = fit(raster.width, raster.height, 224);
  EXPECT_EQ(target.height, 11200000);
  EXPECT_EQ(resize_bicubic(raster, target).data.size(), std::size_t{224 * 224 * 3});
}

}  // namespace
}  // namespace longclip::image
