#include "cli/picture/sheet.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <longclip/error.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "cli/figures.h"
#include "cli/picture/canvas.h"
#include "cli/picture/font.h"
#include "cli/unicode.h"
#include "cli/wrap.h"
#include "io/staged.h"

namespace longclip::cli::picture {
namespace {

constexpr Colour kBackground = rgb(0xF3F4F6);
constexpr Colour kBorder = rgb(0xE2E5EA);
constexpr Colour kPaper = rgb(0xFFFFFF);
constexpr Colour kInk = rgb(0x1A1F27);
constexpr Colour kSoftInk = rgb(0x5B6470);
constexpr Colour kFaintInk = rgb(0x6B7480);
constexpr Colour kTrack = rgb(0xEBEEF2);
constexpr Colour kBest = rgb(0x2563EB);
constexpr Colour kOther = rgb(0xA9BCDD);

constexpr int kWidth = 1480;
constexpr int kMargin = 44;
constexpr int kPadding = 34;
constexpr int kPhoto = 480;  // largest side of a photo
constexpr int kGutter = 42;  // between photo and captions
constexpr int kCaptionLeft = kMargin + kPadding + kPhoto + kGutter;
constexpr int kCaptionWidth = kWidth - kMargin - kPadding - kCaptionLeft;
constexpr int kFigureGap = 20;  // before the probability and the cosine beside a bar
constexpr int kBar = 10;
constexpr int kLeading = 4;         // between lines, above what the font asks for
constexpr int kMostLines = 12;      // of the best caption
constexpr int kMostLinesOther = 5;  // of each of the others

struct Fonts {
  std::unique_ptr<Font> title = Font::open(Weight::bold, 24);
  std::unique_ptr<Font> text = Font::open(Weight::regular, 22);
  std::unique_ptr<Font> figures = Font::open(Weight::regular, 18);
  std::unique_ptr<Font> bold_figures = Font::open(Weight::bold, 18);
};

Advance advance_of(Font& font) {
  return [&font](char32_t c) { return font.advance(c); };
}

// A card whose photo is scaled and whose lines are broken, and so whose height is known.
struct Layout {
  std::string title;
  std::vector<std::vector<std::string>> captions;
  cv::Mat photo;
  int height = 0;
};

constexpr int kAfterTitle = 22;
constexpr int kBeforeBar = 12;
constexpr int kAfterBar = 28;

// As large as the place allows, but not blown up beyond recognition.
cv::Size fitted(int width, int height) {
  const double scale = std::min(static_cast<double>(kPhoto) / std::max(width, height), 4.0);
  return {std::max(1, static_cast<int>(std::lround(width * scale))),
          std::max(1, static_cast<int>(std::lround(height * scale)))};
}

cv::Mat scaled_photo(const Image& image) {
  auto pixels = image.pixels();  // turned, where that was asked for
  const cv::Mat photo(pixels.height, pixels.width, CV_8UC3, pixels.rgb.data());
  const cv::Size size = fitted(pixels.width, pixels.height);
  cv::Mat result;
  cv::resize(photo, result, size, 0, 0, size.width < pixels.width ? cv::INTER_AREA : cv::INTER_CUBIC);
  cv::cvtColor(result, result, cv::COLOR_RGB2BGR);
  return result;
}

Layout lay_out(const Card& card, Fonts& fonts) {
  Layout layout;
  layout.title = wrap(card.title, kCaptionWidth, 1, advance_of(*fonts.title)).front();
  layout.photo = scaled_photo(card.image);
  int height = fonts.title->line_height() + kAfterTitle;
  for (const Caption& caption : card.captions) {
    const int most = layout.captions.empty() ? kMostLines : kMostLinesOther;
    auto lines = wrap(caption.text, kCaptionWidth, most, advance_of(*fonts.text));
    height += static_cast<int>(lines.size()) * (fonts.text->line_height() + kLeading) + kBeforeBar + kBar + kAfterBar;
    layout.captions.push_back(std::move(lines));
  }
  layout.height = 2 * kPadding + std::max(layout.photo.rows, height - kAfterBar);
  return layout;
}

void draw_line(cv::Mat& canvas, Font& font, cv::Point top_left, const std::string& line, const Colour& colour) {
  font.draw(canvas, {top_left.x, top_left.y + font.ascent()}, line, colour);
}

void draw_right(cv::Mat& canvas, Font& font, cv::Point top_right, const std::string& line, const Colour& colour) {
  draw_line(canvas, font, {top_right.x - length(line, advance_of(font)), top_right.y}, line, colour);
}

// The bar of a probability, with both figures to its right.
void draw_score(cv::Mat& canvas, Fonts& fonts, int top, const Caption& caption, bool best) {
  const int cosine_width = length("cos " + cosine(-1), advance_of(*fonts.figures));
  const int percent_width = length(percent(1), advance_of(*fonts.bold_figures));
  const int figures_width = percent_width + cosine_width + 2 * kFigureGap;
  const cv::Rect track(kCaptionLeft, top, kCaptionWidth - figures_width, kBar);
  fill_rounded(canvas, track, kBar / 2.0, kTrack);
  const auto width = static_cast<int>(std::lround(track.width * static_cast<double>(caption.probability)));
  // What is more than nothing shows, and no bar is shorter than its round ends.
  if (width > 0) {
    fill_rounded(canvas, {track.x, track.y, std::max(kBar, width), kBar}, kBar / 2.0, best ? kBest : kOther);
  }

  const int text_top = top + kBar / 2 - fonts.figures->line_height() / 2;
  const int right = kCaptionLeft + kCaptionWidth;
  draw_right(canvas, *fonts.figures, {right, text_top}, "cos " + cosine(caption.cosine), kFaintInk);
  draw_right(canvas, *fonts.bold_figures, {right - cosine_width - kFigureGap, text_top}, percent(caption.probability),
             best ? kBest : kSoftInk);
}

void draw_card(cv::Mat& canvas, Fonts& fonts, int top, const Card& card, const Layout& layout) {
  const cv::Rect box(kMargin, top, kWidth - 2 * kMargin, layout.height);
  fill_rounded(canvas, box, 18, kBorder);
  fill_rounded(canvas, {box.x + 1, box.y + 1, box.width - 2, box.height - 2}, 17, kPaper);
  paste_rounded(canvas, layout.photo, {kMargin + kPadding + (kPhoto - layout.photo.cols) / 2, top + kPadding}, 10);

  int y = top + kPadding;
  draw_line(canvas, *fonts.title, {kCaptionLeft, y}, layout.title, kInk);
  y += fonts.title->line_height() + kAfterTitle;
  for (std::size_t i = 0; i < card.captions.size(); ++i) {
    for (const auto& line : layout.captions[i]) {
      draw_line(canvas, *fonts.text, {kCaptionLeft, y}, line, i == 0 ? kInk : kSoftInk);
      y += fonts.text->line_height() + kLeading;
    }
    draw_score(canvas, fonts, y + kBeforeBar, card.captions[i], i == 0);
    y += kBeforeBar + kBar + kAfterBar;
  }
}

void find_lacking(const Font& font, const std::vector<std::string>& lines, std::set<char32_t>& lacking) {
  for (std::string_view line : lines) {
    while (!line.empty()) {
      const char32_t c = next_code_point(line);
      if (!is_invisible(c) && !font.has(c)) lacking.insert(c);
    }
  }
}

cv::Mat draw_sheet(const std::vector<Card>& cards, const std::string& footnote, std::set<char32_t>& lacking) {
  Fonts fonts;
  std::vector<Layout> layouts;
  int height = kMargin;
  for (const Card& card : cards) {
    layouts.push_back(lay_out(card, fonts));
    find_lacking(*fonts.title, {layouts.back().title}, lacking);
    for (const auto& lines : layouts.back().captions) find_lacking(*fonts.text, lines, lacking);
    height += layouts.back().height + kMargin / 2;
  }
  const int footnote_top = height + kMargin / 4;
  height = footnote_top + fonts.figures->line_height() + kMargin * 3 / 4;

  cv::Mat canvas(height, kWidth, CV_8UC3, cv::Scalar(kBackground[0], kBackground[1], kBackground[2]));
  int top = kMargin;
  for (std::size_t i = 0; i < cards.size(); ++i) {
    draw_card(canvas, fonts, top, cards[i], layouts[i]);
    top += layouts[i].height + kMargin / 2;
  }
  draw_line(canvas, *fonts.figures, {kMargin + kPadding, footnote_top}, footnote, kFaintInk);
  return canvas;
}

}  // namespace

std::set<char32_t> write_sheet(const std::filesystem::path& path, const std::vector<Card>& cards,
                               const std::string& footnote) {
  std::set<char32_t> lacking;
  std::vector<std::uint8_t> png;
  try {
    cv::imencode(".png", draw_sheet(cards, footnote, lacking), png);
  } catch (const cv::Exception& error) {
    throw InvalidFile(path.string() + ": cannot be drawn: " + error.err);
  }
  io::write_file(path, std::as_bytes(std::span(png)));
  return lacking;
}

}  // namespace longclip::cli::picture
