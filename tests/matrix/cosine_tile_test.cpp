#include "matrix/cosine_tile.h"

#include <gtest/gtest.h>

#include <vector>

namespace longclip::matrix {
namespace {

TEST(MultiplyStrips, MultipliesEachRowWithEach) {
  // Small whole numbers, whose products and sums are exact in any order.
  for (const std::size_t depth : {0u, 1u, 31u, 32u, 33u, 64u, 100u}) {
    std::vector<float> a(kTileRows * depth);
    std::vector<float> b(kTileCols * depth);
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(i * 7 % 11) - 5;
    for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<float>(i * 5 % 13) - 6;
    std::vector<float> tile(kTileRows * kTileCols, -1);
    multiply_strips(a.data(), b.data(), depth, tile.data());
    for (std::size_t i = 0; i < kTileRows; ++i) {
      for (std::size_t j = 0; j < kTileCols; ++j) {
        float product = 0;
        for (std::size_t k = 0; k < depth; ++k) product += a[k * kTileRows + i] * b[k * kTileCols + j];
        EXPECT_EQ(tile[i * kTileCols + j], product) << depth << ": " << i << ", " << j;
      }
    }
  }
}

}  // namespace
}  // namespace longclip::matrix
