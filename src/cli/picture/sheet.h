#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <longclip/image.h>

namespace longclip::cli::picture {

struct Caption {
  std::string text;
  float cosine;
  float probability;
};

// A picture with its best texts, best first.
struct Card {
  std::string title;
  Image image;
  std::vector<Caption> captions;
};

// Draws the cards one below the other, with `footnote` under them, into a PNG that appears whole
// or not at all. Returns the characters that no installed font has, and that are boxes now.
// Throws InvalidFile if it cannot be written.
std::set<char32_t> write_sheet(const std::filesystem::path& path, const std::vector<Card>& cards,
                               const std::string& footnote);

}  // namespace longclip::cli::picture
