#include "cli/picture/font.h"

#include "cli/picture/freetype_font.h"
#include "cli/picture/stroke_font.h"
#include "cli/picture/system_fonts.h"

namespace longclip::cli::picture {

std::unique_ptr<Font> Font::open(Weight weight, int size) {
  if (auto font = open_freetype_font(system_fonts(weight), size)) return font;
  return open_stroke_font(weight, size);
}

}  // namespace longclip::cli::picture
