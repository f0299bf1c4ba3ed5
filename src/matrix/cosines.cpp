#include "matrix/cosines.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <longclip/error.h>

#include "matrix/cosine_tile.h"
#include "matrix/unit_row.h"

namespace longclip::matrix {
namespace {

// A block of each side together stay in a processor's second-level cache.
constexpr std::size_t kBlockBytes = 256 * 1024;

std::size_t rows_per_block(std::size_t width) {
  const std::size_t rows = kBlockBytes / sizeof(float) / std::max<std::size_t>(width, 1);
  return std::clamp<std::size_t>(rows / kTileCols * kTileCols, kTileCols, 1024);
}

// Some rows of a matrix, brought to length 1, in strips of kStripRows (cosine_tile.h). The last
// strip is filled up with rows of zeros.
template <std::size_t kStripRows>
class Strips {
 public:
  explicit Strips(std::size_t depth) : unit_(depth) {}

  // row(i) gives row i of `count`.
  template <class Row>
  void load(std::size_t count, const Row& row) {
    const std::size_t depth = unit_.size();
    values_.assign((count + kStripRows - 1) / kStripRows * kStripRows * depth, 0);
    for (std::size_t i = 0; i < count; ++i) {
      copy_unit_row(row(i), unit_);
      float* place = values_.data() + i / kStripRows * kStripRows * depth + i % kStripRows;
      for (std::size_t k = 0; k < depth; ++k) place[k * kStripRows] = unit_[k];
    }
  }

  // The strip that begins with row `index` of those loaded.
  const float* at(std::size_t index) const { return values_.data() + index * unit_.size(); }

 private:
  std::vector<float> unit_;
  std::vector<float> values_;
};

// What multiply_strips() gives.
using Tile = std::array<float, kTileRows * kTileCols>;

// Rounding takes a cosine a little beyond 1.
void multiply_unit_strips(const float* a, const float* b, std::size_t depth, Tile& tile) {
  multiply_strips(a, b, depth, tile.data());
  for (float& cosine : tile) cosine = std::clamp(cosine, -1.0f, 1.0f);
}

}  // namespace

void for_each_cosine(const Matrix& a, const Matrix& b, const UseCosines& use) {
  for_each_cosine(a, 0, a.rows(), b, use);
}

void for_each_cosine(const Matrix& a, std::size_t first, std::size_t count, const Matrix& b, const UseCosines& use) {
  if (a.cols() != b.cols()) {
    throw InvalidInput("rows of " + std::to_string(a.cols()) + " and of " + std::to_string(b.cols()) +
                       " values cannot be compared: both sides must come from the same model");
  }
  if (count == 0 || b.rows() == 0) return;
  const std::size_t depth = a.cols();
  const std::size_t block = rows_per_block(depth);
  Strips<kTileRows> strips_a(depth);
  Strips<kTileCols> strips_b(depth);
  Tile tile;
  for (std::size_t first_a = first; first_a < first + count; first_a += block) {
    const std::size_t count_a = std::min(block, first + count - first_a);
    strips_a.load(count_a, [&](std::size_t i) { return a.row(first_a + i); });
    for (std::size_t first_b = 0; first_b < b.rows(); first_b += block) {
      const std::size_t count_b = std::min(block, b.rows() - first_b);
      strips_b.load(count_b, [&](std::size_t j) { return b.row(first_b + j); });
      for (std::size_t i = 0; i < count_a; i += kTileRows) {
        for (std::size_t j = 0; j < count_b; j += kTileCols) {
          multiply_unit_strips(strips_a.at(i), strips_b.at(j), depth, tile);
          const std::size_t cols = std::min(kTileCols, count_b - j);
          for (std::size_t r = 0; r < std::min(kTileRows, count_a - i); ++r) {
            use(first_a + i + r, first_b + j, {tile.data() + r * kTileCols, cols});
          }
        }
      }
    }
  }
}

void pick_cosines(std::span<const float> row, const Matrix& items, std::span<const std::size_t> indices,
                  std::span<float> cosines) {
  Strips<kTileRows> strip_a(row.size());
  Strips<kTileCols> strip_b(row.size());
  Tile tile;
  strip_a.load(1, [&](std::size_t) { return row; });
  for (std::size_t n = 0; n < indices.size(); n += kTileCols) {
    const std::size_t count = std::min(kTileCols, indices.size() - n);
    strip_b.load(count, [&](std::size_t i) { return items.row(indices[n + i]); });
    multiply_unit_strips(strip_a.at(0), strip_b.at(0), row.size(), tile);
    std::copy_n(tile.begin(), count, cosines.begin() + static_cast<std::ptrdiff_t>(n));
  }
}

}  // namespace longclip::matrix
