#include "checkpoint/stretch.h"

#include <cstddef>
#include <string>

#include <longclip/error.h>

namespace longclip::checkpoint {

std::int64_t stretched_rows(std::int64_t rows, int kept, int ratio) {
  return ratio * rows - (ratio - 1) * std::int64_t{kept};
}

std::vector<float> stretch_positions(std::span<const float> table, std::int64_t rows, std::int64_t width, int kept,
                                     int ratio) {
  // A longer context than any model's; it bounds what a mistyped ratio allocates.
  constexpr std::int64_t kMaxRows = std::int64_t{1} << 16;
  if (rows < 2 || width < 1 || table.size() != static_cast<std::size_t>(rows * width)) {
    throw InvalidInput("stretching needs a table of two rows or more, not of " + std::to_string(rows));
  }
  if (kept < 0 || kept >= rows) {
    throw InvalidInput("cannot keep " + std::to_string(kept) + " of " + std::to_string(rows) +
                       " positions: keep fewer than there are");
  }
  if (ratio < 1) throw InvalidInput("cannot stretch " + std::to_string(ratio) + "-fold: the ratio is 1 or more");
  const std::int64_t stretched = stretched_rows(rows, kept, ratio);
  if (stretched > kMaxRows)
    throw InvalidInput("stretching to " + std::to_string(stretched) + " positions: take a lower ratio");

  const auto at = [&](std::int64_t row, std::int64_t column) {
    return static_cast<double>(table[static_cast<std::size_t>(row * width + column)]);
  };
  std::vector<float> result;
  result.reserve(static_cast<std::size_t>(stretched * width));
  for (std::int64_t row = 0; row < kept; ++row) {
    for (std::int64_t column = 0; column < width; ++column) result.push_back(static_cast<float>(at(row, column)));
  }
  for (std::int64_t row = kept; row + 1 < rows; ++row) {
    for (int step = 0; step < ratio; ++step) {
      for (std::int64_t column = 0; column < width; ++column) {
        result.push_back(static_cast<float>(((ratio - step) * at(row, column) + step * at(row + 1, column)) / ratio));
      }
    }
  }
  const std::int64_t last = rows - 1;
  for (int step = 0; step < ratio; ++step) {
    for (std::int64_t column = 0; column < width; ++column) {
      const double slope = at(last, column) - at(last - 1, column);
      result.push_back(static_cast<float>(at(last, column) + step * slope / ratio));
    }
  }
  return result;
}

std::optional<std::vector<float>> stretch_clip_positions(std::span<const float> table, std::int64_t rows,
                                                         std::int64_t width, int kept, int ratio,
                                                         const std::string& model) {
  constexpr std::int64_t kClipRows = 77;
  if (rows > kClipRows || ratio == 1) return std::nullopt;
  try {
    return stretch_positions(table, rows, width, kept, ratio);
  } catch (const InvalidInput& error) {
    throw InvalidInput(model + ": " + error.what() + "; or leave it as it is, by a ratio of 1");
  }
}

}  // namespace longclip::checkpoint
