#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include <opencv2/core.hpp>

namespace longclip::scenes {

// The colour glyphs of things(), from a font of bitmaps such as Noto Color Emoji. Safe to use from
// several threads.
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
  mutable std::mutex mutex_;
  mutable std::map<std::pair<std::size_t, int>, cv::Mat> scaled_;
};

}  // namespace longclip::scenes
