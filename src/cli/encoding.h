#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <longclip/model.h>

#include "cli/failures.h"
#include "cli/pictures.h"
#include "cli/texts.h"

namespace longclip::cli {

// Encodes pictures piece by piece, in order, with progress. Memory is bounded by what a file for each
// thread takes. Pictures that cannot be read go to `failures` and have no row.
void encode_pictures(const Model& model, const std::vector<Picture>& pictures, const ImageOptions& options,
                     Console& console, Failures& failures, const std::function<void(ImageFeatures)>& take);

// Gives the texts to encode one after the other; null: no more.
using NextText = std::function<std::optional<Text>()>;

// Encodes texts piece by piece, in order, with progress (`total` 0: not known); `take` has the
// features of each piece, not normalised, and its texts. Texts that cannot be used go to
// `failures` and are left out; those that were truncated are reported.
void encode_texts(const Model& model, const NextText& next, std::uint64_t total, Overflow overflow, Console& console,
                  Failures& failures, const std::function<void(const Matrix&, const std::vector<Text>&)>& take);

}  // namespace longclip::cli
