#pragma once

#include <string>
#include <string_view>

#include "dataset/source.h"

namespace longclip::dataset {

// Whether a caption says nothing.
bool is_blank(std::string_view text);

// A caption of a text file: not blank, and UTF-8. Throws InvalidFile by `place`, where messages call it `name`.
std::string checked_caption(std::string_view caption, const Place& place, const std::string& name = "the caption");

// As the reference shortens captions: what stands before the first ". "; the whole, if there is no
// such place or nothing before it.
std::string first_sentence(const std::string& caption);

// Line breaks as spaces.
std::string on_one_line(std::string text);

}  // namespace longclip::dataset
