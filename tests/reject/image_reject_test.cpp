// Damaged pictures: every decoder either reads them or throws InvalidFile; it does nothing else,
// which the sanitizers see.

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>

#include <longclip/error.h>
#include <longclip/image.h>

#include "golden/golden.h"
#include "reject/damages.h"

namespace longclip {
namespace {

// Whether the picture is read, pixels included. Any exception but InvalidFile escapes, and fails.
bool reads(const std::string& bytes, ImageOptions options) {
  options.max_pixels = 1 << 16;
  options.honour_orientation = true;
  try {
    Image::decode(std::as_bytes(std::span(bytes)), options).preprocessed(8);
    return true;
  } catch (const InvalidFile&) {
    return false;
  }
}

bool reads(const std::string& bytes, bool accept_damaged = false) {
  ImageOptions options;
  options.accept_damaged = accept_damaged;
  if (bytes.starts_with("\xff\xd8")) {
    ImageOptions scaled = options;
    scaled.scaled_decoding = true;
    reads(bytes, scaled);
  }
  return reads(bytes, options);
}

class DamagedPicture : public testing::TestWithParam<const char*> {
 protected:
  const std::string bytes_ = golden::read_bytes(golden::data(std::string("images/variants/") + GetParam()));
};

TEST_P(DamagedPicture, CutAtEveryLengthIsRefused) {
  ASSERT_TRUE(reads(bytes_));
  for (std::size_t size = 0; size < bytes_.size(); ++size) {
    const std::string cut = bytes_.substr(0, size);
    const bool read = reads(cut);
    reads(cut, true);
    // What ends a file tells of no pixel: a checksum, a marker of the end, the second frame.
    if (size < bytes_.size() * 9 / 10 && !std::string(GetParam()).ends_with("animated.gif")) {
      ASSERT_FALSE(read) << "cut at " << size << " of " << bytes_.size();
    }
  }
}

TEST_P(DamagedPicture, ChangedInAnyByteIsReadOrRefused) {
  std::size_t refused = 0;
  reject::change_each_byte(bytes_, [&](const std::string& damaged) {
    refused += reads(damaged) ? 0 : 1;
    reads(damaged, true);
  });
  EXPECT_GT(refused, 0U);
}

TEST_P(DamagedPicture, WithHugeNumbersInItsHeaderIsReadOrRefused) {
  for (std::size_t at = 0; at + 8 <= std::min<std::size_t>(bytes_.size(), 1000); ++at) {
    for (const char* huge : {"\xff\xff", "\x7f\xff\xff\xff", "\xff\xff\xff\x7f", "\xff\xff\xff\xff\xff\xff\xff\xff"}) {
      std::string changed = bytes_;
      changed.replace(at, std::string(huge).size(), huge);
      reads(changed);
      reads(changed, true);
    }
  }
}

TEST_P(DamagedPicture, WithAnyBytesTakenOutOrDoubledIsReadOrRefused) {
  reject::take_out_or_double(bytes_, 3, [](const std::string& damaged) { reads(damaged); });
}

INSTANTIATE_TEST_SUITE_P(Kinds, DamagedPicture,
                         testing::Values("jpeg_420.jpg", "jpeg_444_progressive.jpg", "jpeg_arithmetic.jpg",
                                         "exif_6.jpg", "png_grey_alpha8.png", "png_palette4_interlaced.png",
                                         "bmp_24.bmp", "bmp_8_runs.bmp", "bmp_4_runs.bmp", "bmp_masks_bgra.bmp",
                                         "tiff_tiled.tif", "tiff_palette.tif", "tiff_separate.tif",
                                         "tiff_lzw_predicted.tif", "tiff_jpeg.tif", "tiff_bilevel_g4.tif",
                                         "tiff_bigtiff.tif", "webp_lossy.webp", "webp_lossless_alpha.webp",
                                         "webp_animated_alpha.webp", "gif_interlaced.gif", "gif_animated.gif"));

}  // namespace
}  // namespace longclip
