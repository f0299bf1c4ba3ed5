#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include <opencv2/core.hpp>

namespace longclip::scenes {

// The colour glyphs of things(), from a font of bitmaps such as Noto Color Emoji. Safe to use from
// several threads. Scaled ones are not kept: scaling is quick, and there are thousands of sizes.
class Glyphs {
 public:
  // Empty: the system's Noto Color Emoji. Throws InvalidFile for a font that is missing, damaged,
  // without colour bitmaps, or without a glyph that is needed.
  explicit Glyphs(const std::filesystem::path& font);

  // The glyph of a thing cut to what is drawn of it, its larger side `side` pixels long: 8-bit BGRA,
  // premultiplied.
  cv::Mat get(std::size_t thing, int side) const;

 private:
  std::vector<cv::Mat> originals_;  // cut, at the font's own size
};

}  // namespace longclip::scenes
