#include "cli/picture/freetype_font.h"

#include <ft2build.h>
#include FT_FREETYPE_H

#include <algorithm>
#include <type_traits>
#include <utility>

#include "cli/unicode.h"

namespace longclip::cli::picture {
namespace {

struct CloseLibrary {
  void operator()(FT_Library library) const { FT_Done_FreeType(library); }
};
struct CloseFace {
  void operator()(FT_Face face) const { FT_Done_Face(face); }
};
using Library = std::unique_ptr<std::remove_pointer_t<FT_Library>, CloseLibrary>;
using Face = std::unique_ptr<std::remove_pointer_t<FT_Face>, CloseFace>;

int pixels(FT_Pos position) { return static_cast<int>((position + 32) >> 6); }  // from 26.6 fixed point

// Mixes `colour` into the canvas by the grey values of a glyph, clipped to the canvas.
void blend(cv::Mat& canvas, const FT_Bitmap& bitmap, cv::Point corner, const Colour& colour) {
  for (int y = 0; y < static_cast<int>(bitmap.rows); ++y) {
    for (int x = 0; x < static_cast<int>(bitmap.width); ++x) {
      const cv::Point at(corner.x + x, corner.y + y);
      if (at.x < 0 || at.y < 0 || at.x >= canvas.cols || at.y >= canvas.rows) continue;
      const int alpha = bitmap.buffer[y * bitmap.pitch + x];
      auto& pixel = canvas.at<cv::Vec3b>(at);
      for (int c = 0; c < 3; ++c) {
        pixel[c] = static_cast<std::uint8_t>((pixel[c] * (255 - alpha) + colour[c] * alpha + 127) / 255);
      }
    }
  }
}

class FreetypeFont : public Font {
 public:
  FreetypeFont(Library library, std::vector<Face> faces) : library_(std::move(library)), faces_(std::move(faces)) {}

  bool has(char32_t c) const override { return FT_Get_Char_Index(face_of(c), c) != 0; }

  int advance(char32_t c) override {
    if (is_invisible(c)) return 0;
    const FT_Face face = face_of(c);
    return FT_Load_Char(face, c, kLoad) == 0 ? pixels(face->glyph->advance.x) : 0;
  }

  int ascent() const override { return pixels(faces_.front()->size->metrics.ascender); }

  int line_height() const override { return pixels(faces_.front()->size->metrics.height); }

  void draw(cv::Mat& canvas, cv::Point baseline, std::string_view text, const Colour& colour) override {
    while (!text.empty()) {
      const char32_t c = next_code_point(text);
      if (is_invisible(c)) continue;
      const FT_Face face = face_of(c);
      if (FT_Load_Char(face, c, kLoad | FT_LOAD_RENDER) != 0) continue;
      const FT_GlyphSlot glyph = face->glyph;
      if (glyph->bitmap.pixel_mode == FT_PIXEL_MODE_GRAY) {
        blend(canvas, glyph->bitmap, {baseline.x + glyph->bitmap_left, baseline.y - glyph->bitmap_top}, colour);
      }
      baseline.x += pixels(glyph->advance.x);
    }
  }

 private:
  // Outlines keep their widths; only heights are fitted to pixels.
  static constexpr FT_Int32 kLoad = FT_LOAD_TARGET_LIGHT;

  FT_Face face_of(char32_t c) const {
    const auto has = [&](const Face& face) { return FT_Get_Char_Index(face.get(), c) != 0; };
    const auto face = std::find_if(faces_.begin(), faces_.end(), has);
    return face == faces_.end() ? faces_.front().get() : face->get();
  }

  Library library_;
  std::vector<Face> faces_;  // destroyed before the library that they belong to
};

}  // namespace

std::unique_ptr<Font> open_freetype_font(const std::vector<std::filesystem::path>& files, int size) {
  FT_Library raw_library = nullptr;
  if (FT_Init_FreeType(&raw_library) != 0) return nullptr;
  Library library(raw_library);
  std::vector<Face> faces;
  for (const auto& file : files) {
    FT_Face face = nullptr;
    if (FT_New_Face(library.get(), file.c_str(), 0, &face) != 0) continue;
    faces.emplace_back(face);
    if (FT_Set_Pixel_Sizes(face, 0, static_cast<FT_UInt>(size)) != 0) faces.pop_back();
  }
  if (faces.empty()) return nullptr;
  return std::make_unique<FreetypeFont>(std::move(library), std::move(faces));
}

}  // namespace longclip::cli::picture
