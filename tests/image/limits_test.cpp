// Headers that promise more than there is, or more than is wanted.

#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include <longclip/error.h>
#include <longclip/image.h>

#include "golden/golden.h"

namespace longclip {
namespace {

std::string variant(const std::string& name) { return golden::read_bytes(golden::data("images/variants/" + name)); }

std::string big(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i));
  return text;
}

std::string little(std::uint32_t value, int bytes) {
  const std::string text = big(value, bytes);
  return {text.rbegin(), text.rend()};
}

// Small files whose header says width x height.
std::string jpeg_of(std::uint32_t width, std::uint32_t height, const std::string& name = "jpeg_444.jpg") {
  std::string bytes = variant(name);
  const std::size_t frame = bytes.find(name.find("progressive") == std::string::npos ? "\xff\xc0" : "\xff\xc2");
  return bytes.replace(frame + 5, 4, big(height, 2) + big(width, 2));
}
std::string png_of(std::uint32_t width, std::uint32_t height) {
  std::string bytes = variant("png_rgb8.png");
  bytes.replace(16, 8, big(width, 4) + big(height, 4));
  std::uint32_t crc = 0xffffffff;
  for (std::size_t i = 12; i < 29; ++i) {
    crc ^= static_cast<std::uint8_t>(bytes[i]);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc % 2 != 0 ? 0xedb88320 : 0);
  }
  return bytes.replace(29, 4, big(~crc, 4));
}
std::string bmp_of(std::uint32_t width, std::uint32_t height) {
  return variant("bmp_24.bmp").replace(18, 8, little(width, 4) + little(height, 4));
}
std::string gif_of(std::uint32_t width, std::uint32_t height) {
  std::string bytes = variant("gif_plain.gif");
  bytes.replace(6, 4, little(width, 2) + little(height, 2));
  return bytes.replace(13 + 768 + 5, 4, little(width, 2) + little(height, 2));
}
std::string webp_of(std::uint32_t width, std::uint32_t height) {
  return variant("webp_animated.webp").replace(24, 6, little(width - 1, 3) + little(height - 1, 3));
}
std::string tiff_of(std::uint32_t width, std::uint32_t height) {
  std::string bytes = variant("tiff_white_is_zero.tif");
  const auto entry = [&bytes](int tag) {
    return bytes.find(little(static_cast<std::uint32_t>(tag), 2) + little(4, 2) + little(1, 4), 8 + 37 * 29);
  };
  bytes.replace(entry(256) + 8, 4, little(width, 4));
  return bytes.replace(entry(257) + 8, 4, little(height, 4));
}

// A TIFF of these entries, each of a tag, a type and a value, and of some pixels.
struct Entry {
  std::uint32_t tag, type, value;
};
std::string tiff_with(const std::vector<Entry>& entries, const std::string& pixels) {
  std::string bytes = "II*" + std::string(1, '\0') + little(static_cast<std::uint32_t>(8 + pixels.size()), 4) + pixels;
  bytes += little(static_cast<std::uint32_t>(entries.size()), 2);
  for (const Entry& entry : entries) {
    bytes += little(entry.tag, 2) + little(entry.type, 2) + little(1, 4) + little(entry.value, 4);
  }
  return bytes + little(0, 4);
}

std::string message(const std::string& bytes, const ImageOptions& options = {}) {
  try {
    Image::decode(std::as_bytes(std::span(bytes)), options, "it").preprocessed(32);
  } catch (const InvalidFile& error) {
    return error.what();
  }
  return "";
}

TEST(ImageLimits, OverMaxPixelsIsRefusedByTheHeaderAlone) {
  for (const std::string& bytes : {jpeg_of(60000, 60000), png_of(60000, 60000), bmp_of(60000, 60000),
                                   gif_of(60000, 60000), webp_of(60000, 60000), tiff_of(60000, 60000)}) {
    EXPECT_EQ(message(bytes),
              "it: has 60000 x 60000 pixels (3600000000), more than the limit of 178956970; make it smaller, or raise "
              "max_pixels");
  }
}

TEST(ImageLimits, MaxPixelsIsTheCallersChoice) {
  const std::string bytes = variant("png_rgb8.png");
  ImageOptions options;
  options.max_pixels = 37 * 29;
  EXPECT_EQ(message(bytes, options), "");
  options.max_pixels = 37 * 29 - 1;
  EXPECT_NE(message(bytes, options), "");
}

TEST(ImageLimits, SmallFilesThatPromiseMuchAreDamaged) {
  for (const std::string& bytes :
       {jpeg_of(13000, 13000), jpeg_of(13000, 13000, "jpeg_444_progressive.jpg"), png_of(13000, 13000),
        bmp_of(13000, 13000), gif_of(13000, 13000), webp_of(13000, 13000), tiff_of(13000, 13000)}) {
    if (bytes.starts_with("RIFF")) continue;  // the canvas of an animation may be larger than its frames
    EXPECT_NE(message(bytes).find("damaged"), std::string::npos) << bytes.substr(0, 4) << ": " << message(bytes);
  }
}

TEST(ImageLimits, SidesOfNothingAreRefused) {
  for (const std::string& bytes :
       {jpeg_of(0, 29), jpeg_of(37, 0), png_of(0, 29), bmp_of(0, 29), bmp_of(37, 0), gif_of(0, 0), tiff_of(0, 29)}) {
    EXPECT_NE(message(bytes), "");
  }
}

// A scan takes time for all pixels, however few bytes it has.
TEST(ImageLimits, AJpegOfThousandsOfScansIsRefused) {
  std::string bytes = variant("jpeg_444_progressive.jpg");
  const std::size_t last = bytes.rfind("\xff\xda");
  const std::string scan = bytes.substr(last, bytes.size() - 2 - last);
  bytes.resize(bytes.size() - 2);
  for (int i = 0; i < 1000; ++i) bytes += scan;
  bytes += "\xff\xd9";
  EXPECT_NE(message(bytes), "");
}

// Said in a type that libtiff takes and others do not, so that the rows that libtiff gives, of YCbCr, are half as long
// as those of what the file seems to be.
TEST(ImageLimits, ATiffWhoseKindIsReadInTwoWaysIsDamaged) {
  constexpr std::uint32_t kShort = 3;
  constexpr std::uint32_t kSignedShort = 8;
  constexpr std::uint32_t kYcbcr = 6;
  const auto with = [](std::uint32_t type) {
    return tiff_with({{256, kShort, 1000},
                      {257, kShort, 2},
                      {258, kShort, 8},
                      {259, kShort, 1},
                      {262, type, kYcbcr},
                      {273, 4, 8},
                      {277, kShort, 3},
                      {278, kShort, 2},
                      {279, 4, 3000}},
                     std::string(3000, '\x55'));
  };
  EXPECT_EQ(message(with(kShort)), "");
  EXPECT_NE(message(with(kSignedShort)).find("damaged TIFF"), std::string::npos) << message(with(kSignedShort));
}

// Tiles that reach far over the edge, of a picture that is a line; each of 16 MB, or one of 64 GB.
TEST(ImageLimits, TilesFarLargerThanThePictureAreDamaged) {
  constexpr std::uint32_t kLong = 4;
  for (const auto& [width, tile_width, tile_height] :
       {std::tuple{1000000U, 16U, 1048576U}, std::tuple{16000000U, 16000000U, 1024U}}) {
    const std::string bytes = tiff_with({{256, kLong, width},
                                         {257, kLong, 1},
                                         {258, 3, 8},
                                         {259, 3, 1},
                                         {262, 3, 1},
                                         {277, 3, 1},
                                         {322, kLong, tile_width},
                                         {323, kLong, tile_height},
                                         {324, kLong, 8},
                                         {325, kLong, 100}},
                                        std::string(100, '\x55'));
    EXPECT_NE(message(bytes).find("damaged TIFF"), std::string::npos) << message(bytes);
  }
}

TEST(ImageLimits, SaysThatASideIsTooLong) {
  EXPECT_NE(message(png_of(150000000, 1)).find("no side may be longer than 134217727"), std::string::npos)
      << message(png_of(150000000, 1));
}

}  // namespace
}  // namespace longclip
