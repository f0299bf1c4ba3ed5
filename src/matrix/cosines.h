#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include <longclip/matrix.h>

namespace longclip::matrix {

// The cosine of every pair of rows of a and b, a stretch at a time: use(i, j, cosines) hears of
// row i of a with rows j, j + 1, ... of b. For each i the stretches come in rising order of j.
// Works in blocks of constant memory, whatever the number of rows.
//
// Cosines lie in [-1, 1] and are within 1e-6 of the exact ones. A pair's cosine does not depend on
// the other rows. A row of length 0 has cosine 0; one that holds a NaN or an infinity, NaN.
// Throws InvalidInput if the widths differ.
using UseCosines = std::function<void(std::size_t i, std::size_t j, std::span<const float> cosines)>;
void for_each_cosine(const Matrix& a, const Matrix& b, const UseCosines& use);

// The same for `count` rows of a from `first` on, as one of several threads does its share.
void for_each_cosine(const Matrix& a, std::size_t first, std::size_t count, const Matrix& b, const UseCosines& use);

// The cosines of one row with some rows of `items`: cosines[n] is that of items.row(indices[n]), bit
// for bit as above. The sizes must fit.
void pick_cosines(std::span<const float> row, const Matrix& items, std::span<const std::size_t> indices,
                  std::span<float> cosines);

}  // namespace longclip::matrix
