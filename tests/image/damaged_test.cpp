// Truncated and damaged files: an error as for the reference, taken where it is asked for, and
// nothing written to standard error either way. tests/reject/ does the same byte by byte.

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <longclip/error.h>
#include <longclip/image.h>

#include "golden/golden.h"

namespace longclip {
namespace {

std::string golden_picture(const std::string& name) { return golden::read_bytes(golden::data("images/" + name)); }

Image decode(const std::string& bytes, bool accept_damaged = false) {
  ImageOptions options;
  options.accept_damaged = accept_damaged;
  return Image::decode(std::as_bytes(std::span(bytes)), options, "photo");
}

class Half : public testing::TestWithParam<const char*> {
 protected:
  Half() : whole_(golden_picture(GetParam())), half_(whole_.substr(0, whole_.size() / 2)) {}
  const std::string whole_;
  const std::string half_;
};

TEST_P(Half, OfAFileIsRefusedWithItsNameAndARemedy) {
  try {
    decode(half_).preprocessed(224);
    FAIL() << "half a file was taken for a whole one";
  } catch (const InvalidFile& error) {
    const std::string message = error.what();
    EXPECT_EQ(message.find("photo: damaged "), 0U) << message;
    EXPECT_NE(message.find("accept_damaged"), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
}

TEST_P(Half, OfAFileIsTakenIfAskedFor) {
  const auto whole = decode(whole_).pixels();
  const auto half = decode(half_, true).pixels();
  ASSERT_EQ(half.rgb.size(), whole.rgb.size());
  // The codecs go from the top (BMP from below): a third is certain to be there.
  const auto third = static_cast<std::ptrdiff_t>(whole.rgb.size() / 3);
  const bool from_top = std::equal(whole.rgb.begin(), whole.rgb.begin() + third, half.rgb.begin());
  const bool from_below = std::equal(whole.rgb.rbegin(), whole.rgb.rbegin() + third, half.rgb.rbegin());
  EXPECT_TRUE(from_top || from_below);
  EXPECT_NE(half.rgb, whole.rgb);
}

INSTANTIATE_TEST_SUITE_P(Formats, Half,
                         testing::Values("coffee_444.jpg", "camera_grey.jpg", "rgb.png", "rgba.png",
                                         "rgb_201x151.bmp"));

TEST(Damaged, AGifIsRefusedUnlessAskedFor) {
  const std::string whole = golden_picture("variants/gif_plain.gif");
  const std::string cut = whole.substr(0, whole.size() * 9 / 10);
  EXPECT_THROW(decode(cut).pixels(), InvalidFile);
  const auto part = decode(cut, true).pixels().rgb;
  const auto all = decode(whole).pixels().rgb;
  EXPECT_TRUE(std::equal(all.begin(), all.begin() + 37 * 15 * 3, part.begin()));
  EXPECT_NE(part, all);
}

// libjpeg ends the pixels at what looks like a marker, and fills the rest.
TEST(Damaged, AJpegWithAMarkerWithinItsPixelsIsRefused) {
  std::string bytes = golden_picture("coffee_444.jpg");
  bytes.replace(bytes.size() / 2, 2, "\xff\x51");
  EXPECT_THROW(decode(bytes).pixels(), InvalidFile);
  EXPECT_EQ(decode(bytes, true).pixels().rgb.size(), decode(golden_picture("coffee_444.jpg")).pixels().rgb.size());
}

// giflib goes on over a code that is not in its table yet; the reference does not.
TEST(Damaged, AGifWithAnUnknownCodeIsRefused) {
  std::string bytes = golden_picture("variants/gif_plain.gif");
  const std::size_t codes = 13 + 768 + 10 + 2;  // behind the palette, the frame, two lengths
  // Nine bits each, from the lowest on: clear, a colour, then 511, where 258 is the next to come.
  bytes[codes] = '\x00';
  bytes[codes + 1] = '\x03';
  bytes[codes + 2] = '\xfc';
  bytes[codes + 3] = '\x07';
  EXPECT_THROW(decode(bytes).pixels(), InvalidFile);
  EXPECT_EQ(decode(bytes, true).pixels().width, 37);
}

// Its directory lies behind the pixels, and is gone.
TEST(Damaged, HalfATiffIsRefusedEitherWay) {
  const std::string bytes = golden_picture("rgb_lzw.tif");
  EXPECT_THROW(decode(bytes.substr(0, bytes.size() / 2)).preprocessed(224), InvalidFile);
}

// Only the strip that cannot be read is missing.
TEST(Damaged, ATiffWithAnUnreadableStripIsTakenIfAskedFor) {
  std::string bytes = golden_picture("variants/tiff_lzw_predicted.tif");
  const auto whole = decode(bytes).pixels().rgb;
  bytes.replace(642, 639, 639, '\xff');  // the second strip: rows 5 to 9
  EXPECT_THROW(decode(bytes).pixels(), InvalidFile);
  const auto part = decode(bytes, true).pixels().rgb;
  ASSERT_EQ(part.size(), whole.size());
  const auto strip = static_cast<std::ptrdiff_t>(5 * 37 * 3);
  EXPECT_TRUE(std::equal(whole.begin(), whole.begin() + strip, part.begin()));
  EXPECT_TRUE(std::equal(whole.begin() + 2 * strip, whole.end(), part.begin() + 2 * strip));
  // Nothing of another strip is shown in its place.
  EXPECT_FALSE(std::equal(whole.begin(), whole.begin() + strip, part.begin() + strip));
  const auto end = part.begin() + 2 * strip;
  EXPECT_TRUE(std::all_of(end - 3, end, [](std::uint8_t value) { return value == 0; }));
}

TEST(Damaged, HalfAWebPIsRefusedEitherWay) {
  for (const char* name : {"lossy.webp", "lossless.webp"}) {
    const std::string bytes = golden_picture(name);
    try {
      decode(bytes.substr(0, bytes.size() / 2)).preprocessed(224);
      FAIL() << name;
    } catch (const InvalidFile& error) {  // and no remedy is named that is none
      EXPECT_EQ(std::string(error.what()).find("accept_damaged"), std::string::npos) << error.what();
    }
    EXPECT_THROW(decode(bytes.substr(0, bytes.size() / 2), true).preprocessed(224), InvalidFile);
  }
}

TEST(Damaged, NothingIsPrinted) {
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  for (const char* name :
       {"coffee_444.jpg", "chelsea_progressive.jpg", "rgb.png", "palette.png", "lossy.webp", "lossless.webp",
        "rgb_201x151.bmp", "rgb_lzw.tif", "animated.gif", "variants/tiff_jpeg.tif", "variants/webp_animated.webp"}) {
    const std::string whole = golden_picture(name);
    for (std::size_t at = 4; at < whole.size(); at += whole.size() / 50 + 1) {
      std::string changed = whole;
      for (std::size_t i = at; i < std::min(at + 3, whole.size()); ++i) changed[i] = static_cast<char>(~changed[i]);
      for (const std::string& bytes : {changed, whole.substr(0, at)}) {
        for (const bool accept : {false, true}) {
          try {
            decode(bytes, accept).preprocessed(32);
          } catch (const InvalidFile&) {
          }
        }
      }
    }
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

}  // namespace
}  // namespace longclip
