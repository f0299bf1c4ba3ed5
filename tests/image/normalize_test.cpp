#include "image/normalize.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace longclip::image {
namespace {

constexpr std::array<float, 3> kMean{0.48145466F, 0.4578275F, 0.40821073F};
constexpr std::array<float, 3> kStd{0.26862954F, 0.26130258F, 0.27577711F};

TEST(Normalize, GivesAPlaneForEachChannel) {
  const std::vector<std::uint8_t> rgb{0, 51, 255, 128, 0, 1, 255, 255, 255, 0, 0, 0};  // 2 x 2
  std::vector<float> chw(12);
  normalize(rgb, 2, kMean, kStd, chw.data());
  for (std::size_t pixel = 0; pixel < 4; ++pixel) {
    for (std::size_t c = 0; c < 3; ++c) {
      EXPECT_EQ(chw[c * 4 + pixel], (static_cast<float>(rgb[3 * pixel + c]) / 255.0F - kMean[c]) / kStd[c]);
    }
  }
  // torchvision's own, of black and white.
  EXPECT_FLOAT_EQ(chw[0], -1.7922626F);
  EXPECT_FLOAT_EQ(chw[2 * 4], 2.1458969F);
}

}  // namespace
}  // namespace longclip::image
