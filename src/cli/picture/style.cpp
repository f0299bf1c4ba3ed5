#include "cli/picture/style.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <longclip/error.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "cli/figures.h"
#include "cli/picture/canvas.h"
#include "cli/unicode.h"
#include "io/staged.h"

namespace longclip::cli::picture {

Advance advance_of(Font& font) {
  return [&font](char32_t c) { return font.advance(c); };
}

cv::Mat scaled_photo(const Image& image, int side) {
  constexpr double kMostEnlarged = 4;
  auto pixels = image.pixels();  // turned, where that was asked for
  const cv::Mat photo(pixels.height, pixels.width, CV_8UC3, pixels.rgb.data());
  const double scale = std::min(static_cast<double>(side) / std::max(pixels.width, pixels.height), kMostEnlarged);
  const cv::Size size(std::max(1, static_cast<int>(std::lround(pixels.width * scale))),
                      std::max(1, static_cast<int>(std::lround(pixels.height * scale))));
  cv::Mat result;
  cv::resize(photo, result, size, 0, 0, size.width < pixels.width ? cv::INTER_AREA : cv::INTER_CUBIC);
  cv::cvtColor(result, result, cv::COLOR_RGB2BGR);
  return result;
}

void draw_line(cv::Mat& canvas, Font& font, cv::Point top_left, const std::string& line, const Colour& colour) {
  font.draw(canvas, {top_left.x, top_left.y + font.ascent()}, line, colour);
}

void draw_right(cv::Mat& canvas, Font& font, cv::Point top_right, const std::string& line, const Colour& colour) {
  draw_line(canvas, font, {top_right.x - length(line, advance_of(font)), top_right.y}, line, colour);
}

void draw_paper(cv::Mat& canvas, const cv::Rect& box) {
  fill_rounded(canvas, box, 18, kBorder);
  fill_rounded(canvas, {box.x + 1, box.y + 1, box.width - 2, box.height - 2}, 17, kPaper);
}

void draw_score(cv::Mat& canvas, Fonts& fonts, cv::Point left, int width, float score, float probability, bool best) {
  const int cosine_width = length("cos " + cosine(-1), advance_of(*fonts.figures));
  const int percent_width = length(percent(1), advance_of(*fonts.bold_figures));
  const int figures_width = percent_width + cosine_width + 2 * kFigureGap;
  const cv::Rect track(left.x, left.y, width - figures_width, kBar);
  fill_rounded(canvas, track, kBar / 2.0, kTrack);
  const auto filled = static_cast<int>(std::lround(track.width * static_cast<double>(probability)));
  // What is more than nothing shows, and no bar is shorter than its round ends.
  if (filled > 0) {
    fill_rounded(canvas, {track.x, track.y, std::max(kBar, filled), kBar}, kBar / 2.0, best ? kBest : kOther);
  }

  const int text_top = left.y + kBar / 2 - fonts.figures->line_height() / 2;
  const int right = left.x + width;
  draw_right(canvas, *fonts.figures, {right, text_top}, "cos " + cosine(score), kFaintInk);
  draw_right(canvas, *fonts.bold_figures, {right - cosine_width - kFigureGap, text_top}, percent(probability),
             best ? kBest : kSoftInk);
}

void find_lacking(const Font& font, const std::vector<std::string>& lines, std::set<char32_t>& lacking) {
  for (std::string_view line : lines) {
    while (!line.empty()) {
      const char32_t c = next_code_point(line);
      if (!is_invisible(c) && !font.has(c)) lacking.insert(c);
    }
  }
}

cv::Mat draw_page(const std::vector<int>& heights, const std::string& footnote, Fonts& fonts,
                  const std::function<void(cv::Mat& canvas, std::size_t i, int top)>& draw) {
  constexpr int kBetween = kMargin / 2;
  int footnote_top = kMargin + kMargin / 4;
  for (const int height : heights) footnote_top += height + kBetween;
  const int height = footnote_top + fonts.figures->line_height() + kMargin * 3 / 4;
  cv::Mat canvas(height, kWidth, CV_8UC3, cv::Scalar(kBackground[0], kBackground[1], kBackground[2]));
  int top = kMargin;
  for (std::size_t i = 0; i < heights.size(); ++i) {
    draw(canvas, i, top);
    top += heights[i] + kBetween;
  }
  draw_line(canvas, *fonts.figures, {kMargin + kPadding, footnote_top}, footnote, kFaintInk);
  return canvas;
}

void write_png(const std::filesystem::path& path, const cv::Mat& canvas) {
  std::vector<std::uint8_t> png;
  try {
    cv::imencode(".png", canvas, png);
  } catch (const cv::Exception& error) {
    throw InvalidFile(path.string() + ": cannot be drawn: " + error.err);
  }
  io::write_file(path, std::as_bytes(std::span(png)));
}

}  // namespace longclip::cli::picture
