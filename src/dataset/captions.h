#pragma once

#include <string>
#include <string_view>

namespace longclip::dataset {

// Whether a caption says nothing.
bool is_blank(std::string_view text);

// As the reference shortens captions: what stands before the first ". "; the whole, if there is no
// such place or nothing before it.
std::string first_sentence(const std::string& caption);

// Line breaks as spaces.
std::string on_one_line(std::string text);

}  // namespace longclip::dataset
