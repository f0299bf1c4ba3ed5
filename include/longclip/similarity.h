#pragma once

#include <cstddef>
#include <vector>

#include <longclip/export.h>
#include <longclip/matrix.h>

namespace longclip {

// Cosine of every pair: a.rows() x b.rows(). Rows need not be normalised; a row of length 0 has
// cosine 0 with everything; one that holds a NaN or an infinity has cosine NaN.
// Throws InvalidInput if the widths differ.
LONGCLIP_EXPORT Matrix similarity(const Matrix& a, const Matrix& b);

// Softmax of scale * similarity over the columns of each row. `scale` is the model's
// logit_scale (Model::info()), 100 for trained models: without it the probabilities of bare
// cosines are almost flat. A row that holds a NaN becomes NaN. Throws InvalidInput unless scale is
// finite.
LONGCLIP_EXPORT Matrix probabilities(const Matrix& similarity, float scale);

struct Match {
  std::size_t index;  // row of `items`
  float score;        // cosine
};

// For each row of `queries` the k items (all, if fewer) of highest cosine, best first; equal
// scores by lower index, NaN after all numbers. Memory is bounded: the full score matrix is never
// held.
// Throws InvalidInput if the widths differ.
LONGCLIP_EXPORT std::vector<std::vector<Match>> top_k(const Matrix& queries, const Matrix& items, std::size_t k);

}  // namespace longclip
