#pragma once

#include <span>

namespace longclip::matrix {

// Writes `row`, divided by its Euclidean length, to `unit`, which has its size. The length is
// taken in double precision, so that no float row over- or underflows. A row of length 0 stays 0;
// one that holds a NaN or an infinity has no direction and gives a NaN.
void copy_unit_row(std::span<const float> row, std::span<float> unit);

}  // namespace longclip::matrix
