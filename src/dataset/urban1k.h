#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "dataset/selection.h"

namespace longclip::dataset {

// Urban-1k's layout: a folder with a picture image/N.jpg and a text caption/N.txt for each N. The
// first line of a text is a long caption.
bool is_urban1k(const std::filesystem::path& folder);

// Pictures are taken from `images`, or from image/ if it is empty. Shorter names come first, so that
// numbers come by their value. Throws InvalidFile.
void read_urban1k(const std::filesystem::path& folder, std::filesystem::path images, Selection& selection);

// The caption that a file's bytes hold. Throws InvalidFile.
std::string urban1k_caption(std::string_view bytes, const std::string& name);

}  // namespace longclip::dataset
