#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "cli/picture/font.h"

namespace longclip::cli::picture {

// The first of `files` that FreeType reads, with those behind it for the characters it lacks.
// Null if it reads none.
std::unique_ptr<Font> open_freetype_font(const std::vector<std::filesystem::path>& files, int size);

}  // namespace longclip::cli::picture
