// The golden pictures: what the reference's preprocessing makes of them, with no tolerance but for
// CMYK (2 levels) and 16-bit grey (scaled to 8 bits, where the reference clips it to white).

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include <longclip/image.h>

#include "golden/golden.h"

namespace longclip {
namespace {

using Pixels = std::vector<std::uint8_t>;

// Read by OpenCV, not by what is tested.
Pixels rgb_of_png(const std::filesystem::path& path) {
  const cv::Mat bgr = cv::imread(path.string(), cv::IMREAD_COLOR);
  Pixels rgb;
  for (int y = 0; y < bgr.rows; ++y) {
    for (int x = 0; x < bgr.cols; ++x) {
      const auto& pixel = bgr.at<cv::Vec3b>(y, x);
      rgb.insert(rgb.end(), {pixel[2], pixel[1], pixel[0]});
    }
  }
  return rgb;
}

int largest_difference(const Pixels& a, const Pixels& b) {
  if (a.size() != b.size()) return 256;
  int largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

std::size_t compare_folder(int size) {
  std::size_t compared = 0;
  const auto expected = golden::data("images/pixels" + std::to_string(size));
  for (const auto& entry : std::filesystem::directory_iterator(golden::data("images"))) {
    std::string name = entry.path().filename().string();
    const std::string file = name;
    std::replace(name.begin(), name.end(), '.', '_');
    if (!entry.is_regular_file() || !std::filesystem::exists(expected / (name + ".png")) || file == "grey16.png")
      continue;
    const int tolerance = file == "cmyk.jpg" ? 2 : 0;
    EXPECT_LE(largest_difference(Image::read(entry.path()).preprocessed(size), rgb_of_png(expected / (name + ".png"))),
              tolerance)
        << file;
    ++compared;
  }
  return compared;
}

TEST(GoldenImages, HaveTheReferencesPixelsAt224) { EXPECT_EQ(compare_folder(224), 28U); }

TEST(GoldenImages, HaveTheReferencesPixelsAt336) { EXPECT_EQ(compare_folder(336), 3U); }

TEST(GoldenImages, SixteenBitGreyIsScaledToEight) {
  const auto path = golden::data("images/grey16.png");
  const cv::Mat deep = cv::imread(path.string(), cv::IMREAD_UNCHANGED);
  ASSERT_EQ(deep.type(), CV_16UC1);
  Pixels grey;
  for (int y = 0; y < deep.rows; ++y) {
    for (int x = 0; x < deep.cols; ++x)
      grey.push_back(static_cast<std::uint8_t>((deep.at<std::uint16_t>(y, x) * 255 + 32767) / 65535));
  }
  const Image scaled = Image::from_pixels({grey.data(), deep.cols, deep.rows, PixelFormat::grey});
  EXPECT_EQ(Image::read(path).preprocessed(224), scaled.preprocessed(224));
}

}  // namespace
}  // namespace longclip
