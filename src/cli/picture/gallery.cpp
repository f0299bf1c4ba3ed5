#include "cli/picture/gallery.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "cli/figures.h"
#include "cli/picture/canvas.h"
#include "cli/picture/style.h"

namespace longclip::cli::picture {
namespace {

constexpr int kGutter = 42;  // between the best picture and the text
constexpr int kTextLeft = kMargin + kPadding + kPhoto + kGutter;
constexpr int kTextWidth = kWidth - kMargin - kPadding - kTextLeft;
constexpr int kMostLines = 24;
constexpr int kColumns = 6;  // of the other pictures
constexpr int kGap = 22;
constexpr int kThumbnail = (kWidth - 2 * kMargin - 2 * kPadding - (kColumns - 1) * kGap) / kColumns;
constexpr int kAfterText = 26;

// A text whose lines are broken and whose pictures are scaled, and so whose height is known.
struct Layout {
  std::vector<std::string> lines;
  std::vector<cv::Mat> photos;
  int first_height = 0;  // of the best picture and the text beside it
  int row_height = 0;    // of other pictures
  int height = 0;
};

Layout lay_out(const Found& found, Fonts& fonts) {
  Layout layout;
  layout.lines = wrap(found.text, kTextWidth, kMostLines, advance_of(*fonts.text));
  for (std::size_t i = 0; i < found.hits.size(); ++i) {
    layout.photos.push_back(scaled_photo(found.hits[i].image, i == 0 ? kPhoto : kThumbnail));
  }
  const int text_height = static_cast<int>(layout.lines.size()) * (fonts.text->line_height() + kLeading) + kAfterText +
                          fonts.title->line_height() + kPadding + kBar;
  layout.first_height = std::max(layout.photos.empty() ? 0 : layout.photos[0].rows, text_height);
  layout.row_height = kThumbnail + 2 * fonts.figures->line_height() + kGap;
  const int others = std::max(0, static_cast<int>(found.hits.size()) - 1);
  const int rows = (others + kColumns - 1) / kColumns;
  layout.height = 2 * kPadding + layout.first_height + (rows > 0 ? kPadding + rows * layout.row_height - kGap : 0);
  return layout;
}

// A name cut to what fits under a thumbnail.
std::string short_name(const std::string& name, Font& font) {
  return wrap(name, kThumbnail, 1, advance_of(font)).front();
}

void draw_first(cv::Mat& canvas, Fonts& fonts, int top, const Found& found, const Layout& layout) {
  int y = top;
  for (const std::string& line : layout.lines) {
    draw_line(canvas, *fonts.text, {kTextLeft, y}, line, kInk);
    y += fonts.text->line_height() + kLeading;
  }
  if (found.hits.empty()) return;
  const Hit& best = found.hits.front();
  const int left = kMargin + kPadding + (kPhoto - layout.photos[0].cols) / 2;
  paste_rounded(canvas, layout.photos[0], {left, top}, 10);
  y += kAfterText;
  draw_line(canvas, *fonts.title, {kTextLeft, y}, wrap(best.name, kTextWidth, 1, advance_of(*fonts.title)).front(),
            kInk);
  y += fonts.title->line_height() + kPadding / 2;
  draw_score(canvas, fonts, {kTextLeft, y}, kTextWidth, best.cosine, best.probability, true);
}

void draw_other(cv::Mat& canvas, Fonts& fonts, cv::Point corner, const Hit& hit, const cv::Mat& photo) {
  paste_rounded(canvas, photo, {corner.x + (kThumbnail - photo.cols) / 2, corner.y + (kThumbnail - photo.rows) / 2}, 8);
  const int line = fonts.figures->line_height();
  draw_line(canvas, *fonts.figures, {corner.x, corner.y + kThumbnail + 6}, short_name(hit.name, *fonts.figures),
            kSoftInk);
  draw_line(canvas, *fonts.figures, {corner.x, corner.y + kThumbnail + 6 + line},
            percent(hit.probability) + "  cos " + cosine(hit.cosine), kFaintInk);
}

void draw_found(cv::Mat& canvas, Fonts& fonts, int top, const Found& found, const Layout& layout) {
  draw_paper(canvas, {kMargin, top, kWidth - 2 * kMargin, layout.height});
  draw_first(canvas, fonts, top + kPadding, found, layout);
  for (std::size_t i = 1; i < found.hits.size(); ++i) {
    const int column = static_cast<int>(i - 1) % kColumns;
    const int row = static_cast<int>(i - 1) / kColumns;
    const cv::Point corner(kMargin + kPadding + column * (kThumbnail + kGap),
                           top + 2 * kPadding + layout.first_height + row * layout.row_height);
    draw_other(canvas, fonts, corner, found.hits[i], layout.photos[i]);
  }
}

cv::Mat draw_gallery(const std::vector<Found>& texts, const std::string& footnote, std::set<char32_t>& lacking) {
  Fonts fonts;
  std::vector<Layout> layouts;
  std::vector<int> heights;
  for (const Found& found : texts) {
    layouts.push_back(lay_out(found, fonts));
    find_lacking(*fonts.text, layouts.back().lines, lacking);
    for (const Hit& hit : found.hits) find_lacking(*fonts.figures, {hit.name}, lacking);
    heights.push_back(layouts.back().height);
  }
  return draw_page(heights, footnote, fonts, [&](cv::Mat& canvas, std::size_t i, int top) {
    draw_found(canvas, fonts, top, texts[i], layouts[i]);
  });
}

}  // namespace

std::set<char32_t> write_gallery(const std::filesystem::path& path, const std::vector<Found>& texts,
                                 const std::string& footnote) {
  std::set<char32_t> lacking;
  write_png(path, draw_gallery(texts, footnote, lacking));
  return lacking;
}

}  // namespace longclip::cli::picture
