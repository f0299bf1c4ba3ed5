#include "cli/picture/stroke_font.h"

#include <string>

#include <opencv2/imgproc.hpp>

#include "cli/unicode.h"

namespace longclip::cli::picture {
namespace {

class StrokeFont : public Font {
 public:
  StrokeFont(Weight weight, int size) : size_(size), thickness_(weight == Weight::bold ? 2 : 1) {}

  bool has(char32_t c) const override { return c < 0x7F || c == kEllipsis; }

  int advance(char32_t c) override {
    if (is_invisible(c)) return 0;
    int below = 0;
    return cv::getTextSize(drawable(c), kFace, scale(), thickness_, &below).width;
  }

  int ascent() const override { return size_ * 3 / 4; }
  int line_height() const override { return size_ * 5 / 4; }

  void draw(cv::Mat& canvas, cv::Point baseline, std::string_view text, const Colour& colour) override {
    while (!text.empty()) {
      const char32_t c = next_code_point(text);
      cv::putText(canvas, drawable(c), baseline, kFace, scale(), cv::Scalar(colour[0], colour[1], colour[2]),
                  thickness_, cv::LINE_AA);
      baseline.x += advance(c);
    }
  }

 private:
  static constexpr char32_t kEllipsis = 0x2026;
  static constexpr int kFace = cv::FONT_HERSHEY_SIMPLEX;

  static std::string drawable(char32_t c) {
    if (is_invisible(c)) return "";
    return c == kEllipsis ? "..." : std::string(1, c < 0x7F ? static_cast<char>(c) : '?');
  }

  double scale() const { return size_ / 30.0; }  // its capitals are 21 pixels high at scale 1

  int size_;
  int thickness_;
};

}  // namespace

std::unique_ptr<Font> open_stroke_font(Weight weight, int size) { return std::make_unique<StrokeFont>(weight, size); }

}  // namespace longclip::cli::picture
