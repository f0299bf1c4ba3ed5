#include "scenes/glyphs.h"

#include <ft2build.h>
#include FT_FREETYPE_H

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <system_error>
#include <type_traits>

#include <opencv2/imgproc.hpp>

#include <longclip/error.h>

#include "scenes/things.h"

namespace longclip::scenes {
namespace {

// Where Debian, Ubuntu, Fedora and Arch have it.
constexpr std::array kPlaces{"/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf",
                             "/usr/share/fonts/google-noto-color-emoji-fonts/NotoColorEmoji.ttf",
                             "/usr/share/fonts/noto/NotoColorEmoji.ttf"};

struct CloseLibrary {
  void operator()(FT_Library library) const { FT_Done_FreeType(library); }
};
struct CloseFace {
  void operator()(FT_Face face) const { FT_Done_Face(face); }
};

std::filesystem::path find_font() {
  std::error_code error;
  for (const char* place : kPlaces) {
    if (std::filesystem::exists(place, error)) return place;
  }
  throw InvalidFile(
      std::string(kPlaces[0]) +
      ": is missing, and scenes are drawn with its glyphs; install the package fonts-noto-color-emoji, or "
      "name the font");
}

// The part of a glyph that is not transparent.
cv::Mat cut(const cv::Mat& glyph) {
  cv::Mat alpha;
  cv::extractChannel(glyph, alpha, 3);
  return glyph(cv::boundingRect(alpha > 8)).clone();
}

}  // namespace

Glyphs::Glyphs(const std::filesystem::path& given) {
  const std::filesystem::path font = given.empty() ? find_font() : given;
  FT_Library raw_library = nullptr;
  if (FT_Init_FreeType(&raw_library) != 0) throw Error("FreeType cannot be started");
  const std::unique_ptr<std::remove_pointer_t<FT_Library>, CloseLibrary> library(raw_library);
  FT_Face raw_face = nullptr;
  if (FT_New_Face(library.get(), font.c_str(), 0, &raw_face) != 0) {
    throw InvalidFile(font.string() + ": is missing or is no font; install fonts-noto-color-emoji, or name its file");
  }
  const std::unique_ptr<std::remove_pointer_t<FT_Face>, CloseFace> face(raw_face);
  if (!FT_HAS_COLOR(raw_face) || face->num_fixed_sizes < 1 ||
      FT_Select_Size(raw_face, face->num_fixed_sizes - 1) != 0) {
    throw InvalidFile(font.string() + ": has no colour bitmaps; take the NotoColorEmoji.ttf of fonts-noto-color-emoji");
  }
  for (const Thing& thing : things()) {
    if (FT_Load_Char(raw_face, thing.code_point, FT_LOAD_RENDER | FT_LOAD_COLOR) != 0 ||
        face->glyph->bitmap.pixel_mode != FT_PIXEL_MODE_BGRA || face->glyph->bitmap.pitch <= 0) {
      throw InvalidFile(font.string() + ": has no colour glyph of \"" + std::string(thing.name) +
                        "\"; take a newer Noto Color Emoji");
    }
    const FT_Bitmap& bitmap = face->glyph->bitmap;
    const cv::Mat view(static_cast<int>(bitmap.rows), static_cast<int>(bitmap.width), CV_8UC4, bitmap.buffer,
                       static_cast<std::size_t>(bitmap.pitch));
    originals_.push_back(cut(view));
    if (originals_.back().empty()) {
      throw InvalidFile(font.string() + ": its glyph of \"" + std::string(thing.name) +
                        "\" is empty; take another Noto Color Emoji");
    }
  }
}

cv::Mat Glyphs::get(std::size_t thing, int side) const {
  const cv::Mat& original = originals_[thing];
  const double scale = static_cast<double>(side) / std::max(original.cols, original.rows);
  const cv::Size size(std::max(1, cvRound(original.cols * scale)), std::max(1, cvRound(original.rows * scale)));
  cv::Mat scaled;
  cv::resize(original, scaled, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  return scaled;
}

}  // namespace longclip::scenes
