#include "scenes/settings.h"

#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "runtime/random.h"

namespace longclip::scenes {
namespace {

using runtime::Random;

// Draws in units of the canvas's side, so that a scene looks the same at every size.
class Brush {
 public:
  Brush(cv::Mat& canvas, std::uint64_t seed) : random(seed), canvas_(canvas) {}

  Random random;

  static cv::Scalar rgb(int r, int g, int b) {
    return {static_cast<double>(b), static_cast<double>(g), static_cast<double>(r)};
  }

  // A colour a little off this one.
  cv::Scalar near(const cv::Scalar& colour, double spread) {
    const double shift = random.between(-spread, spread);
    return {clamp(colour[0] + shift), clamp(colour[1] + shift), clamp(colour[2] + shift)};
  }

  void fade(double top, double bottom, const cv::Scalar& above, const cv::Scalar& below) {
    const int first = pixel(top);
    const int last = std::min(pixel(bottom), canvas_.rows);
    for (int y = std::max(first, 0); y < last; ++y) {
      const double share = (y + 0.5 - first) / std::max(1, last - first);
      canvas_.row(y).setTo(above * (1 - share) + below * share);
    }
  }

  void disc(double x, double y, double radius, const cv::Scalar& colour) { ellipse(x, y, radius, radius, colour); }

  void ellipse(double x, double y, double rx, double ry, const cv::Scalar& colour, double angle = 0) {
    const std::vector<cv::Point> outline = [&] {
      std::vector<cv::Point> points;
      const double turn = angle * CV_PI / 180;
      const int corners = 16 + static_cast<int>(160 * std::max(rx, ry));
      for (int i = 0; i < corners; ++i) {
        const double a = 2 * CV_PI * i / corners;
        const double u = rx * std::cos(a);
        const double v = ry * std::sin(a);
        points.push_back(
            fixed(x + u * std::cos(turn) - v * std::sin(turn), y + u * std::sin(turn) + v * std::cos(turn)));
      }
      return points;
    }();
    cv::fillConvexPoly(canvas_, outline, colour, cv::LINE_AA, kShift);
  }

  void line(double x0, double y0, double x1, double y1, double width, const cv::Scalar& colour) {
    cv::line(canvas_, fixed(x0, y0), fixed(x1, y1), colour, std::max(1, pixel(width)), cv::LINE_AA, kShift);
  }

  void polygon(const std::vector<cv::Point2d>& corners, const cv::Scalar& colour) {
    std::vector<cv::Point> points;
    for (const auto& corner : corners) points.push_back(fixed(corner.x, corner.y));
    cv::fillPoly(canvas_, std::vector<std::vector<cv::Point>>{points}, colour, cv::LINE_AA, kShift);
  }

  void box(double x0, double y0, double x1, double y1, const cv::Scalar& colour) {
    polygon({{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}}, colour);
  }

  // A row of hills along y, filled to the bottom.
  void hills(double y, double height, int count, const cv::Scalar& colour) {
    std::vector<cv::Point2d> corners{{-0.1, 1.1}};
    const double phase = random.uniform() * 2 * CV_PI;
    for (int i = 0; i <= 40; ++i) {
      const double x = -0.1 + 1.2 * i / 40;
      corners.emplace_back(x, y - height * (0.5 + 0.5 * std::sin(phase + x * count * CV_PI)));
    }
    corners.emplace_back(1.1, 1.1);
    polygon(corners, colour);
  }

  void cloud(double x, double y, double size, const cv::Scalar& colour) {
    disc(x, y, size * 0.5, colour);
    disc(x - size * 0.5, y + size * 0.12, size * 0.36, colour);
    disc(x + size * 0.5, y + size * 0.1, size * 0.4, colour);
    ellipse(x, y + size * 0.3, size * 0.85, size * 0.2, colour);
  }

 private:
  static constexpr int kShift = 4;
  static double clamp(double value) { return std::min(255.0, std::max(0.0, value)); }
  int pixel(double length) const { return static_cast<int>(std::lround(length * canvas_.cols)); }
  cv::Point fixed(double x, double y) const {
    const double scale = canvas_.cols * (1 << kShift);
    return {static_cast<int>(std::lround(x * scale)), static_cast<int>(std::lround(y * scale))};
  }

  cv::Mat& canvas_;
};

constexpr Spot kMoon{0.5, 0.1, 0.075};
constexpr Spot kEveningSun{0.5, 0.9, 0.16};
constexpr Spot kDesertSun{0.82, 0.12, 0.09};

void draw_sky(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  b.fade(0, 1, b.near(Brush::rgb(92, 168, 236), 12), b.near(Brush::rgb(196, 228, 250), 8));
  for (int i = 0; extra && i < 7; ++i) {
    b.cloud(b.random.uniform(), b.random.uniform(), b.random.between(0.1, 0.2), Brush::rgb(250, 252, 255));
  }
}

void draw_night(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  b.fade(0, 1, b.near(Brush::rgb(10, 14, 44), 5), b.near(Brush::rgb(40, 44, 96), 8));
  if (extra) {
    b.disc(kMoon.x, kMoon.y, kMoon.radius, Brush::rgb(250, 244, 206));
    b.disc(0.53, 0.085, 0.06, Brush::rgb(18, 22, 56));
  }
  for (int i = 0; i < 110; ++i) {
    b.disc(b.random.uniform(), b.random.uniform(), b.random.between(0.0015, 0.005),
           b.near(Brush::rgb(235, 235, 220), 20));
  }
}

void draw_sunset(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  b.fade(0, 0.5, b.near(Brush::rgb(120, 60, 140), 10), Brush::rgb(240, 110, 90));
  b.fade(0.5, 1, Brush::rgb(240, 110, 90), b.near(Brush::rgb(255, 206, 110), 8));
  if (extra) b.disc(kEveningSun.x, kEveningSun.y, kEveningSun.radius, Brush::rgb(255, 240, 170));
  for (int i = 0; i < 5; ++i) {
    b.ellipse(b.random.uniform(), b.random.between(0.1, 0.8), b.random.between(0.12, 0.3), 0.014,
              b.near(Brush::rgb(250, 150, 120), 14));
  }
}

void draw_meadow(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  b.fade(0, 1, b.near(Brush::rgb(150, 205, 96), 8), b.near(Brush::rgb(92, 164, 60), 8));
  for (int i = 0; i < 130; ++i) {
    const double x = b.random.uniform();
    const double y = b.random.uniform();
    b.line(x, y, x + b.random.between(-0.012, 0.012), y - b.random.between(0.015, 0.035), 0.004,
           b.near(Brush::rgb(80, 150, 56), 22));
  }
  const cv::Scalar petals[] = {Brush::rgb(255, 255, 255), Brush::rgb(250, 220, 90), Brush::rgb(240, 150, 190)};
  for (int i = 0; extra && i < 36; ++i) {
    b.disc(b.random.uniform(), b.random.uniform(), 0.009, petals[b.random.below(3)]);
  }
}

void draw_forest(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  b.fade(0, 1, Brush::rgb(46, 84, 58), Brush::rgb(30, 58, 40));
  for (int i = 0; i < 14; ++i) {
    const double x = (i + b.random.between(0.1, 0.9)) / 14;
    const double width = b.random.between(0.012, 0.028);
    b.box(x - width, 0, x + width, 1, b.near(Brush::rgb(70, 54, 40), 12));
  }
  for (int i = 0; i < 26; ++i)
    b.disc(b.random.uniform(), b.random.between(-0.02, 0.14), b.random.between(0.05, 0.1),
           b.near(Brush::rgb(40, 96, 56), 14));
  b.fade(0.86, 1, Brush::rgb(70, 74, 40), Brush::rgb(56, 56, 32));
  for (int i = 0; extra && i < 6; ++i) {
    const double x = b.random.uniform();
    b.polygon({{x, -0.05}, {x + 0.05, -0.05}, {x - 0.2, 1.05}, {x - 0.32, 1.05}}, Brush::rgb(86, 124, 84));
  }
}

void draw_beach(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  b.fade(0, 0.2, Brush::rgb(60, 160, 200), Brush::rgb(120, 210, 220));
  b.fade(0.2, 1, b.near(Brush::rgb(246, 222, 164), 6), b.near(Brush::rgb(230, 196, 130), 6));
  b.hills(0.235, 0.03, 5, Brush::rgb(250, 250, 244));
  b.hills(0.25, 0.03, 5, Brush::rgb(244, 220, 162));
  for (int i = 0; i < 120; ++i)
    b.disc(b.random.uniform(), b.random.between(0.3, 1), 0.0025, b.near(Brush::rgb(206, 170, 110), 14));
  for (int i = 0; extra && i < 10; ++i) {
    b.ellipse(b.random.uniform(), b.random.between(0.02, 0.18), 0.05, 0.005, Brush::rgb(240, 250, 252));
  }
}

void draw_desert(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  b.fade(0, 1, Brush::rgb(250, 214, 150), Brush::rgb(250, 190, 120));
  if (extra) b.disc(kDesertSun.x, kDesertSun.y, kDesertSun.radius, Brush::rgb(255, 250, 214));
  b.hills(0.4, 0.12, 2, b.near(Brush::rgb(226, 150, 78), 8));
  b.hills(0.62, 0.14, 3, b.near(Brush::rgb(212, 132, 62), 8));
  b.hills(0.84, 0.12, 2, b.near(Brush::rgb(196, 114, 50), 8));
}

void draw_snow(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  b.fade(0, 1, b.near(Brush::rgb(226, 236, 246), 5), Brush::rgb(248, 251, 254));
  b.hills(0.3, 0.08, 3, Brush::rgb(238, 244, 250));
  b.hills(0.6, 0.1, 2, Brush::rgb(246, 249, 253));
  for (int i = 0; extra && i < 110; ++i) {
    b.disc(b.random.uniform(), b.random.uniform(), b.random.between(0.003, 0.009), Brush::rgb(200, 216, 234));
  }
}

void draw_sea(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  b.fade(0, 1, b.near(Brush::rgb(40, 150, 196), 8), b.near(Brush::rgb(10, 80, 140), 8));
  for (int i = 0; i < 34; ++i) {
    const double x = b.random.uniform();
    const double y = b.random.uniform();
    b.ellipse(x, y, b.random.between(0.02, 0.06), 0.004, b.near(Brush::rgb(110, 196, 224), 16));
  }
  for (int i = 0; extra && i < 26; ++i) {
    const double r = b.random.between(0.006, 0.016);
    const double x = b.random.uniform();
    const double y = b.random.uniform();
    b.disc(x, y, r, Brush::rgb(190, 232, 244));
    b.disc(x, y, r * 0.7, Brush::rgb(70, 160, 204));
  }
}

void draw_floor(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  for (int i = 0; i < 8; ++i) {
    b.box(0, i / 8.0, 1, (i + 1) / 8.0, b.near(Brush::rgb(190, 136, 84), 14));
    b.line(0, i / 8.0, 1, i / 8.0, 0.005, Brush::rgb(128, 84, 46));
    const double joint = b.random.uniform();
    b.line(joint, i / 8.0, joint, (i + 1) / 8.0, 0.005, Brush::rgb(128, 84, 46));
  }
  if (extra) {
    b.ellipse(0.5, 0.5, 0.47, 0.47, Brush::rgb(150, 40, 50));
    b.ellipse(0.5, 0.5, 0.43, 0.43, Brush::rgb(196, 74, 70));
  }
}

void draw_tiles(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  const cv::Scalar dark = extra ? Brush::rgb(120, 170, 190) : Brush::rgb(176, 180, 184);
  for (int row = 0; row < 8; ++row) {
    for (int column = 0; column < 8; ++column) {
      b.box(column / 8.0, row / 8.0, (column + 1) / 8.0, (row + 1) / 8.0,
            b.near((row + column) % 2 == 0 ? Brush::rgb(236, 236, 232) : dark, 4));
    }
  }
}

void draw_bricks(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  b.box(0, 0, 1, 1, Brush::rgb(206, 196, 184));
  for (int row = 0; row < 12; ++row) {
    for (int column = -1; column < 6; ++column) {
      const double x = column / 6.0 + (row % 2 == 0 ? 0 : 1 / 12.0);
      b.box(x + 0.006, row / 12.0 + 0.006, x + 1 / 6.0 - 0.006, (row + 1) / 12.0 - 0.006,
            b.near(Brush::rgb(172, 80, 62), 16));
    }
  }
  for (int i = 0; extra && i < 60; ++i) {
    const double y = b.random.uniform() * b.random.uniform();
    b.ellipse(b.random.uniform(), y * 0.5, 0.028, 0.018, b.near(Brush::rgb(60, 130, 60), 20), b.random.between(0, 180));
  }
}

void draw_street(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  b.fade(0, 1, Brush::rgb(104, 106, 112), Brush::rgb(84, 86, 92));
  if (extra) {
    for (int i = 0; i < 26; ++i) {
      b.ellipse(b.random.uniform(), b.random.uniform(), b.random.between(0.02, 0.07), b.random.between(0.008, 0.02),
                Brush::rgb(140, 156, 176));
    }
  }
  for (int i = 0; i < 5; ++i) b.box(0.02 + i * 0.2, 0.485, 0.14 + i * 0.2, 0.515, Brush::rgb(240, 236, 220));
  b.box(0, 0, 1, 0.07, Brush::rgb(176, 172, 166));
  b.box(0, 0.93, 1, 1, Brush::rgb(176, 172, 166));
}

void draw_mountains(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  b.fade(0, 0.6, Brush::rgb(170, 200, 226), Brush::rgb(226, 230, 236));
  for (int i = 0; i < 4; ++i) {
    const double x = (i + b.random.between(0.2, 0.8)) / 4;
    const double top = b.random.between(0.1, 0.26);
    b.polygon({{x, top}, {x + 0.34, 0.72}, {x - 0.34, 0.72}}, b.near(Brush::rgb(112, 116, 138), 12));
    if (extra)
      b.polygon({{x, top}, {x + 0.09, top + 0.13}, {x, top + 0.1}, {x - 0.09, top + 0.13}}, Brush::rgb(248, 250, 252));
  }
  b.fade(0.68, 1, Brush::rgb(126, 144, 96), Brush::rgb(96, 118, 72));
}

constexpr Setting kSettings[] = {
    {"sky", "in a blue sky", "The whole background is blue sky, paler towards the bottom",
     "White clouds drift through the sky", "There is not a single cloud", false, draw_sky},
    {"night", "in a night sky", "It is night, and the background is dark blue with little stars",
     "A crescent moon shines at the top", "There are stars but no moon", false, draw_night, kMoon},
    {"sunset", "in the sunset", "The sky turns from purple at the top to orange and yellow below",
     "The sun is going down at the bottom", "The sun itself is not to be seen", false, draw_sunset, kEveningSun},
    {"meadow", "on a green meadow", "Green grass covers the ground from edge to edge",
     "Small flowers grow in the grass", "No flowers grow in the grass", true, draw_meadow},
    {"forest", "in a dark forest", "Dark tree trunks stand behind everything, and leaves hang down from above",
     "Pale beams of light fall between the trees", "Hardly any light comes through the trees", true, draw_forest},
    {"beach", "on a sandy beach", "Yellow sand fills most of the picture, with a strip of sea along the top",
     "Small white waves run over the water", "The water is calm", true, draw_beach},
    {"desert", "in a desert", "Orange dunes rise one behind the other", "A pale sun stands in the top right of the sky",
     "The sky over the dunes is empty", true, draw_desert, kDesertSun},
    {"snow", "in the snow", "Everything lies in white snow", "Snowflakes are falling", "It is not snowing", true,
     draw_snow},
    {"sea", "in the blue sea", "Blue water is all around, darker towards the bottom", "Bubbles rise in the water",
     "There are no bubbles in the water", false, draw_sea},
    {"wooden floor", "on a wooden floor", "The ground is a floor of brown wooden boards",
     "A round red carpet lies on the boards", "The boards are bare", true, draw_floor},
    {"tiles", "on a tiled floor", "The ground is a floor of square tiles", "The tiles are white and blue",
     "The tiles are white and grey", true, draw_tiles},
    {"brick wall", "in front of a brick wall", "The background is a wall of red bricks",
     "Ivy hangs over the top of the wall", "Nothing grows on the wall", false, draw_bricks},
    {"street", "on a street",
     "Grey asphalt with a dashed white line makes the background, and pavements run along its edges",
     "There are puddles on the asphalt", "The asphalt is dry", true, draw_street},
    {"mountains", "in front of the mountains", "Grey mountains stand along the horizon, with a green plain before them",
     "Snow lies on the peaks", "The peaks are bare rock", true, draw_mountains},
};

}  // namespace

std::span<const Setting> settings() noexcept { return kSettings; }

}  // namespace longclip::scenes
