#pragma once

#include <memory>

#include "cli/picture/font.h"

namespace longclip::cli::picture {

// OpenCV's built-in strokes, for machines without any font. ASCII only.
std::unique_ptr<Font> open_stroke_font(Weight weight, int size);

}  // namespace longclip::cli::picture
