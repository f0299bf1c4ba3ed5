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
  explicit Strips(const Matrix& matrix) : matrix_(matrix), unit_(matrix.cols()) {}

  void load(std::size_t first, std::size_t count) {
    const std::size_t depth = unit_.size();
    values_.assign((count + kStripRows - 1) / kStripRows * kStripRows * depth, 0);
    for (std::size_t i = 0; i < count; ++i) {
      copy_unit_row(matrix_.row(first + i), unit_);
      float* place = values_.data() + i / kStripRows * kStripRows * depth + i % kStripRows;
      for (std::size_t k = 0; k < depth; ++k) place[k * kStripRows] = unit_[k];
    }
  }

  // The strip that begins with row `index` of those loaded.
  const float* at(std::size_t index) const { return values_.data() + index * unit_.size(); }

 private:
  const Matrix& matrix_;
  std::vector<float> unit_;
  std::vector<float> values_;
};

}  // namespace

void for_each_cosine(const Matrix& a, const Matrix& b, const UseCosines& use) {
  if (a.cols() != b.cols()) {
    throw InvalidInput("rows of " + std::to_string(a.cols()) + " and of " + std::to_string(b.cols()) +
                       " values cannot be compared: both sides must come from the same model");
  }
  if (a.rows() == 0 || b.rows() == 0) return;
  const std::size_t depth = a.cols();
  const std::size_t block = rows_per_block(depth);
  Strips<kTileRows> strips_a(a);
  Strips<kTileCols> strips_b(b);
  std::array<float, kTileRows * kTileCols> tile;
  for (std::size_t first_a = 0; first_a < a.rows(); first_a += block) {
    const std::size_t count_a = std::min(block, a.rows() - first_a);
    strips_a.load(first_a, count_a);
    for (std::size_t first_b = 0; first_b < b.rows(); first_b += block) {
      const std::size_t count_b = std::min(block, b.rows() - first_b);
      strips_b.load(first_b, count_b);
      for (std::size_t i = 0; i < count_a; i += kTileRows) {
        for (std::size_t j = 0; j < count_b; j += kTileCols) {
          multiply_strips(strips_a.at(i), strips_b.at(j), depth, tile.data());
          for (float& cosine : tile) cosine = std::clamp(cosine, -1.0f, 1.0f);
          const std::size_t cols = std::min(kTileCols, count_b - j);
          for (std::size_t r = 0; r < std::min(kTileRows, count_a - i); ++r) {
            use(first_a + i + r, first_b + j, {tile.data() + r * kTileCols, cols});
          }
        }
      }
    }
  }
}

}  // namespace longclip::matrix
