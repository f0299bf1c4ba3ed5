#include "cli/picture/canvas.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace longclip::cli::picture {
namespace {

// Share of the pixel (x, y) that lies in a width x height rectangle with round corners, from its
// distance to the edge.
double coverage(int x, int y, const cv::Size& size, double radius) {
  const double from_centre_x = std::abs(x + 0.5 - size.width / 2.0) - (size.width / 2.0 - radius);
  const double from_centre_y = std::abs(y + 0.5 - size.height / 2.0) - (size.height / 2.0 - radius);
  const double outside = std::hypot(std::max(from_centre_x, 0.0), std::max(from_centre_y, 0.0));
  const double inside = std::min(std::max(from_centre_x, from_centre_y), 0.0);
  return std::clamp(0.5 - (outside + inside - radius), 0.0, 1.0);
}

template <typename ColourAt>
void paint(cv::Mat& canvas, const cv::Rect& box, double radius, ColourAt colour_at) {
  radius = std::min({radius, box.width / 2.0, box.height / 2.0});
  const cv::Rect visible = box & cv::Rect({0, 0}, canvas.size());
  for (int y = visible.y; y < visible.y + visible.height; ++y) {
    for (int x = visible.x; x < visible.x + visible.width; ++x) {
      const double share = coverage(x - box.x, y - box.y, box.size(), radius);
      const auto colour = colour_at(x - box.x, y - box.y);
      auto& pixel = canvas.at<cv::Vec3b>(y, x);
      for (int c = 0; c < 3; ++c) {
        pixel[c] = static_cast<std::uint8_t>(std::lround(pixel[c] + share * (colour[c] - pixel[c])));
      }
    }
  }
}

}  // namespace

void fill_rounded(cv::Mat& canvas, const cv::Rect& box, double radius, const Colour& colour) {
  paint(canvas, box, radius, [&](int, int) { return colour; });
}

void paste_rounded(cv::Mat& canvas, const cv::Mat& picture, cv::Point corner, double radius) {
  paint(canvas, {corner, picture.size()}, radius, [&](int x, int y) { return picture.at<cv::Vec3b>(y, x); });
}

}  // namespace longclip::cli::picture
