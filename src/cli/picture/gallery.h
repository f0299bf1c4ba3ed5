#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <longclip/image.h>

namespace longclip::cli::picture {

struct Hit {
  std::string name;
  Image image;
  float cosine;
  float probability;
};

// A text with its best pictures, best first.
struct Found {
  std::string text;
  std::vector<Hit> hits;
};

// Draws each text with its best picture large beside it and the others in rows below, with `footnote`
// under all, into a PNG that appears whole or not at all. Returns the characters that no installed font
// has, and that are boxes now. Throws InvalidFile if it cannot be written.
std::set<char32_t> write_gallery(const std::filesystem::path& path, const std::vector<Found>& texts,
                                 const std::string& footnote);

}  // namespace longclip::cli::picture
