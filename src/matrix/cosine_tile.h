#pragma once

#include <cstddef>

namespace longclip::matrix {

inline constexpr std::size_t kTileRows = 4;
inline constexpr std::size_t kTileCols = 16;

// Products of kTileRows rows with kTileCols rows of `depth` values each, all in registers at once.
// Both sides come as strips: the first value of each row, then the second of each, and so on.
// tile[i * kTileCols + j] is row i of a times row j of b. It depends on these two rows alone, bit
// for bit; sums run in float over short stretches and in double across them, so that the error is
// below 1e-6 for rows of length 1, whatever the depth.
void multiply_strips(const float* a, const float* b, std::size_t depth, float* tile) noexcept;

}  // namespace longclip::matrix
