#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include <longclip/model.h>

#include "cli/failures.h"
#include "cli/pictures.h"
#include "cli/texts.h"

namespace longclip::cli {

// Features of a piece of the input: row i is that of the input rows[i].
struct Piece {
  Matrix features;  // not normalised
  std::vector<std::size_t> rows;
};

// Encodes pictures piece by piece, in order, with progress. Memory is bounded by what the files
// of a piece take. Pictures that cannot be read go to `failures` and have no row.
void encode_pictures(const Model& model, const std::vector<Picture>& pictures, const ImageOptions& options,
                     Console& console, Failures& failures, const std::function<void(Piece)>& take);

// Encodes texts: texts that cannot be used go to `failures` and have no row; those that were
// truncated are reported.
Piece encode_texts(const Model& model, const std::vector<Text>& texts, Overflow overflow, Console& console,
                   Failures& failures);

}  // namespace longclip::cli
