#include "training/curves.h"

#include <cmath>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace longclip::training {
namespace {

struct Point {
  double x, y;
};

// The lines of an SVG picture, from the top of the page down.
std::vector<std::vector<Point>> lines_of(const std::string& svg) {
  std::vector<std::vector<Point>> lines;
  for (std::size_t at = svg.find("<polyline"); at != std::string::npos; at = svg.find("<polyline", at + 1)) {
    const std::size_t begin = svg.find("points='", at) + 8;
    std::istringstream text(svg.substr(begin, svg.find('\'', begin) - begin));
    std::vector<Point> points;
    char comma = 0;
    for (Point point{}; text >> point.x >> comma >> point.y;) points.push_back(point);
    lines.push_back(points);
  }
  return lines;
}

std::vector<TrainingStep> falling(std::size_t count) {
  std::vector<TrainingStep> steps(count);
  for (std::size_t i = 0; i < count; ++i) {
    steps[i].step = i + 1;
    steps[i].loss_long = 4.0 * static_cast<double>(count - i) / static_cast<double>(count);
    steps[i].learning_rate = 1e-3;
    steps[i].logit_scale = 14 + static_cast<double>(i) / static_cast<double>(count);
  }
  return steps;
}

TEST(Curves, ShowLossRateAndScaleOverTheSteps) {
  const auto lines = lines_of(curves(falling(50)));
  ASSERT_EQ(lines.size(), 3u);
  for (const auto& line : lines) {
    ASSERT_EQ(line.size(), 50u);
    for (std::size_t i = 1; i < line.size(); ++i) EXPECT_GT(line[i].x, line[i - 1].x);
  }
  // Down the page is down the scale.
  for (std::size_t i = 1; i < 50; ++i) {
    EXPECT_GT(lines[0][i].y, lines[0][i - 1].y);
    EXPECT_EQ(lines[1][i].y, lines[1][0].y);
    EXPECT_LE(lines[2][i].y, lines[2][i - 1].y);
  }
  // Half of the loss is half way to the bottom, which is 0.
  EXPECT_NEAR(lines[0][25].y - lines[0][0].y, (lines[0][49].y - lines[0][0].y) * 25 / 49, 0.2);
}

TEST(Curves, ShowBothLossesOfComponentMatching) {
  auto steps = falling(50);
  for (TrainingStep& step : steps) step.loss_short = step.loss_long / 2;
  const std::string svg = curves(steps);
  const auto lines = lines_of(svg);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_GT(lines[1][0].y, lines[0][0].y);
  EXPECT_NE(svg.find("short captions"), std::string::npos);
}

TEST(Curves, OfLongRunsStaySmall) {
  const std::string svg = curves(falling(100000));
  EXPECT_LT(svg.size(), 64u << 10);
  EXPECT_NE(svg.find(">100000</text>"), std::string::npos);
  const auto loss = lines_of(svg).at(0);
  for (std::size_t i = 1; i < loss.size(); ++i) EXPECT_GE(loss[i].y, loss[i - 1].y);
}

TEST(Curves, CanBeDrawnOfAnyRun) {
  for (const auto& steps : {falling(0), falling(1), falling(2)}) {
    const std::string svg = curves(steps);
    EXPECT_TRUE(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    EXPECT_EQ(svg.find("nan"), std::string::npos);
  }
  auto steps = falling(3);
  steps[1].loss_long = std::numeric_limits<double>::quiet_NaN();
  steps[2].logit_scale = std::numeric_limits<double>::infinity();
  const std::string svg = curves(steps);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
  EXPECT_EQ(lines_of(svg).at(0).size(), 2u);
}

}  // namespace
}  // namespace longclip::training
