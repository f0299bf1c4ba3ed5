#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <longclip/image.h>
#include <opencv2/core.hpp>

#include "cli/picture/colour.h"
#include "cli/picture/font.h"
#include "cli/wrap.h"

namespace longclip::cli::picture {

// What drawn results have in common: colours, fonts, sizes in pixels, and their parts.

inline constexpr Colour kBackground = rgb(0xF3F4F6);
inline constexpr Colour kBorder = rgb(0xE2E5EA);
inline constexpr Colour kPaper = rgb(0xFFFFFF);
inline constexpr Colour kInk = rgb(0x1A1F27);
inline constexpr Colour kSoftInk = rgb(0x5B6470);
inline constexpr Colour kFaintInk = rgb(0x6B7480);
inline constexpr Colour kTrack = rgb(0xEBEEF2);
inline constexpr Colour kBest = rgb(0x2563EB);
inline constexpr Colour kOther = rgb(0xA9BCDD);

inline constexpr int kWidth = 1480;
inline constexpr int kMargin = 44;
inline constexpr int kPadding = 34;
inline constexpr int kPhoto = 480;     // largest side of a photo
inline constexpr int kFigureGap = 20;  // before the probability and the cosine beside a bar
inline constexpr int kBar = 10;
inline constexpr int kLeading = 4;  // between lines, above what the font asks for

struct Fonts {
  std::unique_ptr<Font> title = Font::open(Weight::bold, 24);
  std::unique_ptr<Font> text = Font::open(Weight::regular, 22);
  std::unique_ptr<Font> figures = Font::open(Weight::regular, 18);
  std::unique_ptr<Font> bold_figures = Font::open(Weight::bold, 18);
};

Advance advance_of(Font& font);

// As large as a square of `side` allows, but not blown up beyond recognition.
cv::Mat scaled_photo(const Image& image, int side);

void draw_line(cv::Mat& canvas, Font& font, cv::Point top_left, const std::string& line, const Colour& colour);
void draw_right(cv::Mat& canvas, Font& font, cv::Point top_right, const std::string& line, const Colour& colour);

// A sheet of paper with round corners.
void draw_paper(cv::Mat& canvas, const cv::Rect& box);

// The bar of a probability from `left` on, with both figures to its right, `width` in all.
void draw_score(cv::Mat& canvas, Fonts& fonts, cv::Point left, int width, float cosine, float probability, bool best);

// Adds the characters that the font, and all behind it, have not.
void find_lacking(const Font& font, const std::vector<std::string>& lines, std::set<char32_t>& lacking);

// A page of parts, one below the other, with `footnote` under them: draw(canvas, i, top) draws part i, which
// is heights[i] high.
cv::Mat draw_page(const std::vector<int>& heights, const std::string& footnote, Fonts& fonts,
                  const std::function<void(cv::Mat& canvas, std::size_t i, int top)>& draw);

// Throws InvalidFile.
void write_png(const std::filesystem::path& path, const cv::Mat& canvas);

}  // namespace longclip::cli::picture
