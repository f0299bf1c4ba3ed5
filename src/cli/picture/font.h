#pragma once

#include <memory>
#include <string_view>

#include <opencv2/core.hpp>

#include "cli/picture/colour.h"

namespace longclip::cli::picture {

enum class Weight { regular, bold };

// A font at one size. Sizes and positions are in pixels.
class Font {
 public:
  // A sans serif font that is installed, with others behind it for the characters it lacks; where
  // there is none at all, OpenCV's own strokes (ASCII only).
  static std::unique_ptr<Font> open(Weight weight, int size);

  virtual ~Font() = default;
  virtual bool has(char32_t c) const = 0;  // else a box or question mark is drawn
  virtual int advance(char32_t c) = 0;
  virtual int ascent() const = 0;
  virtual int line_height() const = 0;
  virtual void draw(cv::Mat& canvas, cv::Point baseline, std::string_view text, const Colour& colour) = 0;
};

}  // namespace longclip::cli::picture
