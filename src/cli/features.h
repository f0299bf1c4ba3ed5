#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <longclip/model.h>

#include "cli/console.h"
#include "cli/failures.h"
#include "cli/pictures.h"

namespace longclip::cli {

// Features of a whole collection, not normalised.
struct PictureFeatures {
  Matrix features;
  std::vector<std::size_t> read;  // row i is that of the picture read[i]; the others went to `failures`
};

PictureFeatures picture_features(const Model& model, const std::vector<Picture>& pictures, const ImageOptions& options,
                                 Console& console, Failures& failures);

// Files as find_pictures() would give them.
std::vector<Picture> named_pictures(const std::vector<std::filesystem::path>& files);

struct CaptionFeatures {
  Matrix features;      // a row for each caption
  std::size_t cut = 0;  // captions that were longer than `max_tokens`
};

// For each list of captions their features. A caption that is there several times is encoded once;
// long ones are cut to `max_tokens` (0: the model's context). Throws as Model::encode_text().
std::vector<CaptionFeatures> caption_features(const Model& model, const std::vector<std::vector<std::string>>& lists,
                                              std::size_t max_tokens, Console& console);

}  // namespace longclip::cli
