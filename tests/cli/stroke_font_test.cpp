#include "cli/picture/stroke_font.h"

#include <gtest/gtest.h>

#include <string_view>

namespace longclip::cli::picture {
namespace {

constexpr Colour kBlack{0, 0, 0};

// Dark pixels left of `column`.
int ink(const cv::Mat& canvas, int column) {
  int count = 0;
  for (int y = 0; y < canvas.rows; ++y) {
    for (int x = 0; x < column; ++x) count += canvas.at<cv::Vec3b>(y, x)[0] < 128 ? 1 : 0;
  }
  return count;
}

int width(Font& font, std::u32string_view text) {
  int sum = 0;
  for (const char32_t c : text) sum += font.advance(c);
  return sum;
}

TEST(StrokeFont, DrawsAsWideAsItSays) {
  for (const Weight weight : {Weight::regular, Weight::bold}) {
    const auto font = open_stroke_font(weight, 24);
    cv::Mat canvas(60, 400, CV_8UC3, cv::Scalar(255, 255, 255));
    font->draw(canvas, {5, font->ascent() + 10}, "A red car", kBlack);
    const int end = 5 + width(*font, U"A red car") + 2;
    EXPECT_GT(ink(canvas, end), 100);
    EXPECT_EQ(ink(canvas, canvas.cols), ink(canvas, end));
    EXPECT_GT(font->line_height(), font->ascent());
  }
}

TEST(StrokeFont, KnowsAsciiAndTheEllipsis) {
  const auto font = open_stroke_font(Weight::regular, 24);
  EXPECT_TRUE(font->has(U'a'));
  EXPECT_TRUE(font->has(U'\u2026'));
  EXPECT_GT(font->advance(U'\u2026'), 2 * font->advance(U'.'));
  EXPECT_FALSE(font->has(U'\u00E9'));
  EXPECT_EQ(font->advance(U'\u00E9'), font->advance(U'?'));
  EXPECT_EQ(font->advance(U'\u200D'), 0);  // joins, and is not to be seen
}

}  // namespace
}  // namespace longclip::cli::picture
