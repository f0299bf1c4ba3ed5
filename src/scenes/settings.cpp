#include "scenes/settings.h"

#include <algorithm>
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
  Brush(cv::Mat& canvas, std::uint64_t seed) : canvas_(canvas), random_(seed) {}

  static cv::Scalar rgb(int r, int g, int b) {
    return {static_cast<double>(b), static_cast<double>(g), static_cast<double>(r)};
  }

  // What the next thing that is drawn by chance is like. All of it is drawn at once: arguments of a
  // call are computed in an order that compilers choose.
  struct Mark {
    double x, y;           // in [0, 1)
    double size, stretch;  // in [0, 1)
    double tone;           // in [-1, 1)
  };
  Mark mark() {
    Mark mark{};
    mark.x = random_.uniform();
    mark.y = random_.uniform();
    mark.size = random_.uniform();
    mark.stretch = random_.uniform();
    mark.tone = random_.between(-1, 1);
    return mark;
  }

  // A colour a little off this one, by `tone` times `spread`.
  static cv::Scalar near(const cv::Scalar& colour, double spread, double tone) {
    const double shift = spread * tone;
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
    const double phase = random_.uniform() * 2 * CV_PI;
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
  Random random_;
};

constexpr Spot kMoon{0.5, 0.1, 0.075};
constexpr Spot kEveningSun{0.5, 0.9, 0.16};
constexpr Spot kDesertSun{0.82, 0.12, 0.09};

void draw_sky(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  const auto air = b.mark();
  b.fade(0, 1, Brush::near(Brush::rgb(92, 168, 236), 12, air.tone), Brush::rgb(196, 228, 250));
  for (int i = 0; extra && i < 7; ++i) {
    const auto m = b.mark();
    b.cloud(m.x, m.y, 0.1 + 0.1 * m.size, Brush::rgb(250, 252, 255));
  }
}

void draw_night(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  const auto air = b.mark();
  b.fade(0, 1, Brush::rgb(10, 14, 44), Brush::near(Brush::rgb(40, 44, 96), 8, air.tone));
  if (extra) {
    b.disc(0.5, 0.1, 0.075, Brush::rgb(250, 244, 206));
    b.disc(0.53, 0.085, 0.06, Brush::rgb(18, 22, 56));
  }
  for (int i = 0; i < 110; ++i) {
    const auto m = b.mark();
    b.disc(m.x, m.y, 0.0015 + 0.0035 * m.size, Brush::near(Brush::rgb(235, 235, 220), 20, m.tone));
  }
}

void draw_sunset(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  const auto air = b.mark();
  b.fade(0, 0.5, Brush::near(Brush::rgb(120, 60, 140), 10, air.tone), Brush::rgb(240, 110, 90));
  b.fade(0.5, 1, Brush::rgb(240, 110, 90), Brush::rgb(255, 206, 110));
  if (extra) b.disc(0.5, 0.9, 0.16, Brush::rgb(255, 240, 170));
  for (int i = 0; i < 5; ++i) {
    const auto m = b.mark();
    b.ellipse(m.x, 0.1 + 0.7 * m.y, 0.12 + 0.18 * m.size, 0.014, Brush::near(Brush::rgb(250, 150, 120), 14, m.tone));
  }
}

void draw_meadow(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  const auto ground = b.mark();
  b.fade(0, 1, Brush::near(Brush::rgb(150, 205, 96), 8, ground.tone), Brush::rgb(92, 164, 60));
  for (int i = 0; i < 130; ++i) {
    const auto m = b.mark();
    b.line(m.x, m.y, m.x - 0.012 + 0.024 * m.stretch, m.y - 0.015 - 0.02 * m.size, 0.004,
           Brush::near(Brush::rgb(80, 150, 56), 22, m.tone));
  }
  const cv::Scalar petals[] = {Brush::rgb(255, 255, 255), Brush::rgb(250, 220, 90), Brush::rgb(240, 150, 190)};
  for (int i = 0; extra && i < 36; ++i) {
    const auto m = b.mark();
    b.disc(m.x, m.y, 0.009, petals[static_cast<int>(3 * m.size)]);
  }
}

void draw_forest(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  b.fade(0, 1, Brush::rgb(46, 84, 58), Brush::rgb(30, 58, 40));
  for (int i = 0; i < 14; ++i) {
    const auto m = b.mark();
    const double x = (i + 0.1 + 0.8 * m.x) / 14;
    const double width = 0.012 + 0.016 * m.size;
    b.box(x - width, 0, x + width, 1, Brush::near(Brush::rgb(70, 54, 40), 12, m.tone));
  }
  for (int i = 0; i < 26; ++i) {
    const auto m = b.mark();
    b.disc(m.x, -0.02 + 0.16 * m.y, 0.05 + 0.05 * m.size, Brush::near(Brush::rgb(40, 96, 56), 14, m.tone));
  }
  b.fade(0.86, 1, Brush::rgb(70, 74, 40), Brush::rgb(56, 56, 32));
  for (int i = 0; extra && i < 6; ++i) {
    const double x = b.mark().x;
    b.polygon({{x, -0.05}, {x + 0.05, -0.05}, {x - 0.2, 1.05}, {x - 0.32, 1.05}}, Brush::rgb(86, 124, 84));
  }
}

void draw_beach(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  const auto ground = b.mark();
  b.fade(0, 0.2, Brush::rgb(60, 160, 200), Brush::rgb(120, 210, 220));
  b.fade(0.2, 1, Brush::near(Brush::rgb(246, 222, 164), 6, ground.tone), Brush::rgb(230, 196, 130));
  b.hills(0.235, 0.03, 5, Brush::rgb(250, 250, 244));
  b.hills(0.25, 0.03, 5, Brush::rgb(244, 220, 162));
  for (int i = 0; i < 120; ++i) {
    const auto m = b.mark();
    b.disc(m.x, 0.3 + 0.7 * m.y, 0.0025, Brush::near(Brush::rgb(206, 170, 110), 14, m.tone));
  }
  for (int i = 0; extra && i < 10; ++i) {
    const auto m = b.mark();
    b.ellipse(m.x, 0.02 + 0.16 * m.y, 0.05, 0.005, Brush::rgb(240, 250, 252));
  }
}

void draw_desert(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  const auto ground = b.mark();
  b.fade(0, 1, Brush::rgb(250, 214, 150), Brush::rgb(250, 190, 120));
  if (extra) b.disc(0.82, 0.12, 0.09, Brush::rgb(255, 250, 214));
  b.hills(0.4, 0.12, 2, Brush::near(Brush::rgb(226, 150, 78), 8, ground.tone));
  b.hills(0.62, 0.14, 3, Brush::near(Brush::rgb(212, 132, 62), 8, ground.tone));
  b.hills(0.84, 0.12, 2, Brush::near(Brush::rgb(196, 114, 50), 8, ground.tone));
}

void draw_snow(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  const auto air = b.mark();
  b.fade(0, 1, Brush::near(Brush::rgb(226, 236, 246), 5, air.tone), Brush::rgb(248, 251, 254));
  b.hills(0.3, 0.08, 3, Brush::rgb(238, 244, 250));
  b.hills(0.6, 0.1, 2, Brush::rgb(246, 249, 253));
  for (int i = 0; extra && i < 110; ++i) {
    const auto m = b.mark();
    b.disc(m.x, m.y, 0.003 + 0.006 * m.size, Brush::rgb(200, 216, 234));
  }
}

void draw_sea(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  const auto water = b.mark();
  b.fade(0, 1, Brush::near(Brush::rgb(40, 150, 196), 8, water.tone), Brush::rgb(10, 80, 140));
  for (int i = 0; i < 34; ++i) {
    const auto m = b.mark();
    b.ellipse(m.x, m.y, 0.02 + 0.04 * m.size, 0.004, Brush::near(Brush::rgb(110, 196, 224), 16, m.tone));
  }
  for (int i = 0; extra && i < 26; ++i) {
    const auto m = b.mark();
    const double radius = 0.006 + 0.01 * m.size;
    b.disc(m.x, m.y, radius, Brush::rgb(190, 232, 244));
    b.disc(m.x, m.y, radius * 0.7, Brush::rgb(70, 160, 204));
  }
}

void draw_floor(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  for (int i = 0; i < 8; ++i) {
    const auto m = b.mark();
    b.box(0, i / 8.0, 1, (i + 1) / 8.0, Brush::near(Brush::rgb(190, 136, 84), 14, m.tone));
    b.line(0, i / 8.0, 1, i / 8.0, 0.005, Brush::rgb(128, 84, 46));
    b.line(m.x, i / 8.0, m.x, (i + 1) / 8.0, 0.005, Brush::rgb(128, 84, 46));
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
      const cv::Scalar colour = (row + column) % 2 == 0 ? Brush::rgb(236, 236, 232) : dark;
      b.box(column / 8.0, row / 8.0, (column + 1) / 8.0, (row + 1) / 8.0, Brush::near(colour, 4, b.mark().tone));
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
            Brush::near(Brush::rgb(172, 80, 62), 16, b.mark().tone));
    }
  }
  for (int i = 0; extra && i < 60; ++i) {
    const auto m = b.mark();
    b.ellipse(m.x, 0.5 * m.y * m.size, 0.028, 0.018, Brush::near(Brush::rgb(60, 130, 60), 20, m.tone), 180 * m.stretch);
  }
}

void draw_street(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  b.fade(0, 1, Brush::rgb(104, 106, 112), Brush::rgb(84, 86, 92));
  for (int i = 0; extra && i < 26; ++i) {
    const auto m = b.mark();
    b.ellipse(m.x, m.y, 0.02 + 0.05 * m.size, 0.008 + 0.012 * m.stretch, Brush::rgb(140, 156, 176));
  }
  for (int i = 0; i < 5; ++i) b.box(0.02 + i * 0.2, 0.485, 0.14 + i * 0.2, 0.515, Brush::rgb(240, 236, 220));
  b.box(0, 0, 1, 0.07, Brush::rgb(176, 172, 166));
  b.box(0, 0.93, 1, 1, Brush::rgb(176, 172, 166));
}

void draw_mountains(cv::Mat& canvas, bool extra, std::uint64_t seed) {
  Brush b(canvas, seed);
  b.fade(0, 0.7, Brush::rgb(170, 200, 226), Brush::rgb(226, 230, 236));
  for (int i = 0; i < 4; ++i) {
    const auto m = b.mark();
    const double x = (i + 0.2 + 0.6 * m.x) / 4;
    const double top = 0.1 + 0.16 * m.y;
    b.polygon({{x, top}, {x + 0.34, 0.72}, {x - 0.34, 0.72}}, Brush::near(Brush::rgb(112, 116, 138), 12, m.tone));
    if (extra) {
      b.polygon({{x, top}, {x + 0.09, top + 0.13}, {x, top + 0.1}, {x - 0.09, top + 0.13}}, Brush::rgb(248, 250, 252));
    }
  }
  b.fade(0.68, 1, Brush::rgb(126, 144, 96), Brush::rgb(96, 118, 72));
}

constexpr Setting kSettings[] = {
    {"sky", "in a blue sky", "The whole background is blue sky, paler towards the bottom",
     "White clouds drift through the sky", "There is not a single cloud", false, draw_sky},
    {"night", "in a night sky", "It is night, and the background is dark blue with little stars",
     "A crescent moon shines at the top", "There are stars but no moon", false, draw_night, kMoon},
    {"sunset", "in the sunset", "The sky turns from purple at the top to orange and yellow below",
     "The sun is going down at the bottom", "The sun itself cannot be seen", false, draw_sunset, kEveningSun},
    {"meadow", "on a green meadow", "Green grass covers the ground from edge to edge",
     "Small flowers grow in the grass", "There are no small flowers in the grass", true, draw_meadow},
    {"forest", "in a dark forest", "Dark tree trunks stand behind everything, and leaves hang down from above",
     "Pale beams of light fall between the trees", "Hardly any light comes through the trees", true, draw_forest},
    {"beach", "on a sandy beach", "Yellow sand fills most of the picture, with a strip of sea along the top",
     "Small white waves run over the water", "The water is calm", true, draw_beach},
    {"desert", "in a desert", "Orange dunes rise one behind the other", "A pale sun is in the top right of the sky",
     "There is no sun in the sky", true, draw_desert, kDesertSun},
    {"snow", "in the snow", "Everything lies in white snow", "Snowflakes are falling", "It is not snowing", true,
     draw_snow},
    {"sea", "in the blue sea", "Blue water is all around, darker towards the bottom", "Bubbles rise in the water",
     "There are no bubbles in the water", false, draw_sea},
    {"wooden floor", "on a wooden floor", "The ground is a floor of brown wooden boards",
     "A round red carpet lies on the boards", "There is no carpet on the boards", true, draw_floor},
    {"tiles", "on a tiled floor", "The ground is a floor of square tiles", "The tiles are white and blue",
     "The tiles are white and grey", true, draw_tiles},
    {"brick wall", "in front of a brick wall", "The background is a wall of red bricks",
     "Ivy hangs over the top of the wall", "There is no ivy on the wall", false, draw_bricks},
    {"street", "on a street",
     "Grey asphalt with a dashed white line makes the background, and pavements run along its edges",
     "There are puddles on the asphalt", "The asphalt is dry", true, draw_street},
    {"mountains", "in front of the mountains", "Grey mountains stand along the horizon, with a green plain before them",
     "Snow lies on the peaks", "The peaks are bare rock", true, draw_mountains},
};

}  // namespace

std::span<const Setting> settings() noexcept { return kSettings; }

}  // namespace longclip::scenes
