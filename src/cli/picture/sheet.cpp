#include "cli/picture/sheet.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "cli/picture/canvas.h"
#include "cli/picture/style.h"

namespace longclip::cli::picture {
namespace {

constexpr int kGutter = 42;  // between photo and captions
constexpr int kCaptionLeft = kMargin + kPadding + kPhoto + kGutter;
constexpr int kCaptionWidth = kWidth - kMargin - kPadding - kCaptionLeft;
constexpr int kMostLines = 12;      // of the best caption
constexpr int kMostLinesOther = 5;  // of each of the others

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

Layout lay_out(const Card& card, Fonts& fonts) {
  Layout layout;
  layout.title = wrap(card.title, kCaptionWidth, 1, advance_of(*fonts.title)).front();
  layout.photo = scaled_photo(card.image, kPhoto);
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

void draw_card(cv::Mat& canvas, Fonts& fonts, int top, const Card& card, const Layout& layout) {
  const cv::Rect box(kMargin, top, kWidth - 2 * kMargin, layout.height);
  draw_paper(canvas, box);
  paste_rounded(canvas, layout.photo, {kMargin + kPadding + (kPhoto - layout.photo.cols) / 2, top + kPadding}, 10);

  int y = top + kPadding;
  draw_line(canvas, *fonts.title, {kCaptionLeft, y}, layout.title, kInk);
  y += fonts.title->line_height() + kAfterTitle;
  for (std::size_t i = 0; i < card.captions.size(); ++i) {
    for (const auto& line : layout.captions[i]) {
      draw_line(canvas, *fonts.text, {kCaptionLeft, y}, line, i == 0 ? kInk : kSoftInk);
      y += fonts.text->line_height() + kLeading;
    }
    const Caption& caption = card.captions[i];
    draw_score(canvas, fonts, {kCaptionLeft, y + kBeforeBar}, kCaptionWidth, caption.cosine, caption.probability,
               i == 0);
    y += kBeforeBar + kBar + kAfterBar;
  }
}

cv::Mat draw_sheet(const std::vector<Card>& cards, const std::string& footnote, std::set<char32_t>& lacking) {
  Fonts fonts;
  std::vector<Layout> layouts;
  std::vector<int> heights;
  for (const Card& card : cards) {
    layouts.push_back(lay_out(card, fonts));
    find_lacking(*fonts.title, {layouts.back().title}, lacking);
    for (const auto& lines : layouts.back().captions) find_lacking(*fonts.text, lines, lacking);
    heights.push_back(layouts.back().height);
  }
  return draw_page(heights, footnote, fonts, [&](cv::Mat& canvas, std::size_t i, int top) {
    draw_card(canvas, fonts, top, cards[i], layouts[i]);
  });
}

}  // namespace

std::set<char32_t> write_sheet(const std::filesystem::path& path, const std::vector<Card>& cards,
                               const std::string& footnote) {
  std::set<char32_t> lacking;
  write_png(path, draw_sheet(cards, footnote, lacking));
  return lacking;
}

}  // namespace longclip::cli::picture
