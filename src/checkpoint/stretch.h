#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace longclip::checkpoint {

// Rows of a position table after stretching: ratio * rows - (ratio - 1) * kept.
std::int64_t stretched_rows(std::int64_t rows, int kept, int ratio);

// Knowledge-preserving stretching (Long-CLIP, section 3.1): the first `kept` rows stay, each
// later gap is filled with ratio - 1 interpolated rows, the end is extrapolated. `table` is
// rows x width, row-major. Computed in double, rounded once.
// Throws InvalidInput unless 0 <= kept < rows, rows >= 2 and ratio >= 1.
std::vector<float> stretch_positions(std::span<const float> table, std::int64_t rows, std::int64_t width, int kept,
                                     int ratio);

// The same for the table of a model that is to be stretched: nothing where it is longer than CLIP's own 77
// rows, since somebody has stretched it already, or where the ratio is 1. The InvalidInput names `model`.
std::optional<std::vector<float>> stretch_clip_positions(std::span<const float> table, std::int64_t rows,
                                                         std::int64_t width, int kept, int ratio,
                                                         const std::string& model);

}  // namespace longclip::checkpoint
