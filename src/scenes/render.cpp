#include "scenes/render.h"

#include <algorithm>
#include <cstdint>

#include <opencv2/imgproc.hpp>

#include "scenes/settings.h"

namespace longclip::scenes {
namespace {

constexpr RingColour kRingColours[] = {{"red", 222, 40, 40},    {"grey", 135, 135, 135}, {"yellow", 250, 220, 40},
                                       {"green", 40, 160, 60},  {"blue", 40, 90, 220},   {"purple", 142, 60, 190},
                                       {"pink", 250, 130, 190}, {"brown", 130, 80, 40},  {"white", 250, 250, 250},
                                       {"black", 24, 24, 24}};

// Small pictures are drawn larger and brought down: thin lines and turned glyphs stay smooth.
constexpr int kSmall = 256;

// Puts a premultiplied glyph on the canvas, its middle at `middle`, clipped to the canvas.
void put(cv::Mat& canvas, const cv::Mat& glyph, cv::Point middle) {
  const cv::Point corner(middle.x - glyph.cols / 2, middle.y - glyph.rows / 2);
  const cv::Rect visible = cv::Rect(corner, glyph.size()) & cv::Rect({0, 0}, canvas.size());
  for (int y = visible.y; y < visible.y + visible.height; ++y) {
    const auto* from = glyph.ptr<cv::Vec4b>(y - corner.y) - corner.x;
    auto* to = canvas.ptr<cv::Vec3b>(y);
    for (int x = visible.x; x < visible.x + visible.width; ++x) {
      const int rest = 255 - from[x][3];
      for (int c = 0; c < 3; ++c) {
        to[x][c] = static_cast<std::uint8_t>(std::min(255, from[x][c] + (to[x][c] * rest + 127) / 255));
      }
    }
  }
}

cv::Mat flipped(const cv::Mat& picture, int axis) {
  cv::Mat result;
  cv::flip(picture, result, axis);
  return result;
}

// `glyph` is shared with other scenes and stays as it is.
cv::Mat turned(const cv::Mat& glyph, Pose pose, bool mirrored) {
  cv::Mat result = glyph;
  if (mirrored) result = flipped(glyph, 1);
  if (pose == Pose::upright) return result;
  if (pose == Pose::upside_down) return flipped(result, 0);
  const double angle = pose == Pose::leaning_left ? 40 : -40;
  const int side = static_cast<int>(std::lround(std::hypot(result.cols, result.rows))) + 2;
  cv::Mat around(side, side, CV_8UC4, cv::Scalar::all(0));
  result.copyTo(around(cv::Rect((side - result.cols) / 2, (side - result.rows) / 2, result.cols, result.rows)));
  const cv::Mat turn =
      cv::getRotationMatrix2D(cv::Point2f(static_cast<float>(side) / 2, static_cast<float>(side) / 2), angle, 1);
  cv::Mat out;
  cv::warpAffine(around, out, turn, around.size(), cv::INTER_LINEAR);
  return out;
}

// A soft dark ellipse under what stands on the ground.
void shade(cv::Mat& canvas, cv::Point foot, int width) {
  const int rx = width * 2 / 5;
  const int ry = std::max(1, width / 10);
  for (int y = std::max(0, foot.y - ry); y <= std::min(canvas.rows - 1, foot.y + ry); ++y) {
    auto* row = canvas.ptr<cv::Vec3b>(y);
    for (int x = std::max(0, foot.x - rx); x <= std::min(canvas.cols - 1, foot.x + rx); ++x) {
      const double u = static_cast<double>(x - foot.x) / rx;
      const double v = static_cast<double>(y - foot.y) / ry;
      const double distance = u * u + v * v;
      if (distance >= 1) continue;
      const double light = 1 - 0.34 * (1 - distance);
      for (int c = 0; c < 3; ++c) row[x][c] = static_cast<std::uint8_t>(row[x][c] * light);
    }
  }
}

void draw_item(cv::Mat& canvas, const Item& item, const Glyphs& glyphs, bool shadows) {
  const double side = canvas.cols;
  const cv::Mat glyph =
      turned(glyphs.get(item.thing, std::max(2, cvRound(item.size * side))), item.pose, item.mirrored);
  if (item.ring >= 0) {
    const RingColour& colour = kRingColours[item.ring];
    const auto circle = [&](double thickness, const cv::Scalar& ink) {
      cv::circle(canvas, {cvRound(item.x * side * 16), cvRound(item.y * side * 16)},
                 cvRound(std::max(item.width(), item.size) * 0.66 * side * 16), ink,
                 std::max(1, cvRound(thickness * side)), cv::LINE_AA, 4);
    };
    // The rim shows black on the night sky and white in the snow.
    const bool dark = colour.red + colour.green + colour.blue < 300;
    circle(0.042, dark ? cv::Scalar::all(235) : cv::Scalar::all(70));
    circle(0.032, cv::Scalar(colour.blue, colour.green, colour.red));
  }
  for (int i = 0; i < item.count; ++i) {
    const double offset = (i - (item.count - 1) / 2.0) * 0.85 * item.size;
    const cv::Point middle(cvRound((item.x + offset) * side), cvRound(item.y * side));
    if (shadows) shade(canvas, {middle.x, middle.y + glyph.rows / 2 - std::max(1, glyph.rows / 24)}, glyph.cols);
    put(canvas, glyph, middle);
  }
}

}  // namespace

std::span<const RingColour> ring_colours() noexcept { return kRingColours; }

cv::Mat render(const Scene& scene, const Glyphs& glyphs, int size) {
  const Setting& setting = settings()[scene.setting];
  const int drawn = size < kSmall ? 2 * size : size;
  cv::Mat canvas(drawn, drawn, CV_8UC3);
  setting.draw(canvas, scene.extra, scene.seed);
  for (const Item& item : scene.items) draw_item(canvas, item, glyphs, setting.shadows);
  if (drawn == size) return canvas;
  cv::Mat result;
  cv::resize(canvas, result, {size, size}, 0, 0, cv::INTER_AREA);
  return result;
}

}  // namespace longclip::scenes
