#include <longclip/image.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <longclip/error.h>

#include "golden/golden.h"
#include "temporary_folder.h"

namespace longclip {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::span<const std::byte> as_bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

std::string variant(const std::string& name) { return golden::read_bytes(golden::data("images/variants/" + name)); }

// What `call` throws; empty if it throws no E.
template <typename E, typename Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  }
  return {};
}

TEST(Image, OfPixelsTakesEveryFormat) {
  const Bytes rgb{1, 2, 3, 4, 5, 6};
  const auto pixels = [](const Bytes& data, PixelFormat format) {
    return Image::from_pixels({data.data(), 2, 1, format}).pixels().rgb;
  };
  EXPECT_EQ(pixels(rgb, PixelFormat::rgb), rgb);
  EXPECT_EQ(pixels({3, 2, 1, 6, 5, 4}, PixelFormat::bgr), rgb);
  EXPECT_EQ(pixels({1, 2, 3, 0, 4, 5, 6, 255}, PixelFormat::rgba), rgb);
  EXPECT_EQ(pixels({3, 2, 1, 9, 6, 5, 4, 9}, PixelFormat::bgra), rgb);
  EXPECT_EQ(pixels({7, 8}, PixelFormat::grey), (Bytes{7, 7, 7, 8, 8, 8}));
}

TEST(Image, OfPixelsFollowsTheStride) {
  const Bytes data{1, 2, 99, 3, 4, 99};
  const Image down = Image::from_pixels({data.data(), 2, 2, PixelFormat::grey, 3});
  EXPECT_EQ(down.pixels().rgb, (Bytes{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4}));
  const Image up = Image::from_pixels({data.data() + 3, 2, 2, PixelFormat::grey, -3});
  EXPECT_EQ(up.pixels().rgb, (Bytes{3, 3, 3, 4, 4, 4, 1, 1, 1, 2, 2, 2}));
}

TEST(Image, OfPixelsRefusesWhatIsNoPicture) {
  const Bytes data(100);
  EXPECT_THROW(Image::from_pixels({nullptr, 2, 2}), InvalidInput);
  EXPECT_THROW(Image::from_pixels({data.data(), 0, 2}), InvalidInput);
  EXPECT_THROW(Image::from_pixels({data.data(), 2, -1}), InvalidInput);
  EXPECT_THROW(Image::from_pixels({data.data(), 3, 2, PixelFormat::rgb, 8}), InvalidInput);
  EXPECT_THROW(Image::from_pixels({data.data(), 3, 2, PixelFormat::rgb, -8}), InvalidInput);
}

TEST(Image, OfPixelsIsPreprocessedAsTheFileIs) {
  for (const char* name : {"images/rgb.png", "images/tall_9x600.png"}) {
    const Image file = Image::read(golden::data(name));
    const Image::Pixels pixels = file.pixels();
    const Image copy = Image::from_pixels({pixels.rgb.data(), pixels.width, pixels.height});
    EXPECT_EQ(copy.preprocessed(224), file.preprocessed(224));
  }
}

TEST(Image, StaysWholeWhenItIsMovedFrom) {
  Image image = Image::read(golden::data("images/rgb.png"));
  const Image other = std::move(image);
  EXPECT_EQ(image.pixels().rgb, other.pixels().rgb);  // NOLINT: what is asked here
}

TEST(Image, OfMoreThanMemoryIsAnError) {
  const std::uint8_t byte = 0;  // never read: the copy cannot be had
  EXPECT_THROW(Image::from_pixels({&byte, INT32_MAX, INT32_MAX, PixelFormat::rgba}), InvalidInput);
}

TEST(Image, InMemoryEqualsTheFile) {
  for (const char* name :
       {"jpeg_420.jpg", "png_rgba8.png", "webp_lossy.webp", "bmp_24.bmp", "tiff_grey.tif", "gif_plain.gif"}) {
    const std::string bytes = variant(name);
    const Image memory = Image::decode(as_bytes(bytes), {}, "camera 1");
    const Image file = Image::read(golden::data(std::string("images/variants/") + name));
    EXPECT_EQ(memory.name(), "camera 1");
    EXPECT_EQ(memory.width(), 37);
    EXPECT_EQ(memory.height(), 29);
    EXPECT_EQ(memory.pixels().rgb, file.pixels().rgb);
  }
}

TEST(Image, IsToldByContentNotByName) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "picture.png";
  std::ofstream(path, std::ios::binary) << variant("jpeg_grey.jpg");
  EXPECT_EQ(Image::read(path).width(), 37);
}

TEST(Image, ErrorsNameTheFile) {
  const testing::TemporaryFolder folder;
  const auto missing = folder.path() / "missing.jpg";
  EXPECT_NE(message_of<InvalidFile>([&] { Image::read(missing); }).find(missing.string()), std::string::npos);
  EXPECT_NE(message_of<InvalidFile>([&] { Image::read(folder.path()); }).find("is a folder"), std::string::npos);
  const auto text = folder.path() / "notes.jpg";
  std::ofstream(text) << "Not a picture.";
  EXPECT_EQ(message_of<InvalidFile>([&] { Image::read(text); }),
            text.string() + ": is no picture of a known format (JPEG, PNG, WebP, BMP, TIFF, GIF)");
  std::ofstream(text, std::ios::trunc).close();
  EXPECT_EQ(message_of<InvalidFile>([&] { Image::read(text); }), text.string() + ": is empty");
}

TEST(Image, IgnoresOrientationUnlessAskedTo) {
  ImageOptions turned;
  turned.honour_orientation = true;
  for (const char* name : {"exif_6.jpg", "exif_6.png", "exif_6.webp"}) {
    const std::string bytes = variant(name);
    const Image::Pixels stored = Image::decode(as_bytes(bytes)).pixels();
    const Image::Pixels seen = Image::decode(as_bytes(bytes), turned).pixels();
    EXPECT_EQ(stored.width, 37);
    EXPECT_EQ(seen.width, 29);
    EXPECT_EQ(seen.height, 37);
    // Orientation 6: the first column, from below, is the first row.
    const auto at = [](const Image::Pixels& pixels, int x, int y) {
      return pixels.rgb[static_cast<std::size_t>(3 * (y * pixels.width + x))];
    };
    for (int x = 0; x < 29; ++x) EXPECT_EQ(at(seen, x, 0), at(stored, 0, 28 - x)) << name;
  }
}

// 1200 x 900, so that a half of it is twice as large as 224.
TEST(Image, OfScaledDecodingIsNearlyTheReferences) {
  const auto path = golden::data("images/photo_1200x900.jpg");
  ImageOptions scaled;
  scaled.scaled_decoding = true;
  const auto exact = Image::read(path).preprocessed(224);
  const auto near = Image::read(path, scaled).preprocessed(224);
  ASSERT_EQ(near.size(), exact.size());
  int largest = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) largest = std::max(largest, std::abs(near[i] - exact[i]));
  EXPECT_GT(largest, 0);
  EXPECT_LE(largest, 4);
  EXPECT_EQ(Image::read(path, scaled).preprocessed(226), Image::read(path).preprocessed(226));
  EXPECT_EQ(Image::read(path, scaled).width(), 1200);
  EXPECT_EQ(Image::read(path, scaled).pixels().rgb, Image::read(path).pixels().rgb);
}

TEST(Image, OfScaledDecodingIsTurnedAndRefusedAsAnyOther) {
  ImageOptions scaled;
  scaled.scaled_decoding = true;
  scaled.honour_orientation = true;
  const auto turned = Image::read(golden::data("images/exif6.jpg"), scaled).preprocessed(16);
  scaled.honour_orientation = false;
  const auto stored = Image::read(golden::data("images/exif6.jpg"), scaled).preprocessed(16);
  // A quarter turn to the right: what was the bottom left is the top left.
  int largest = 0;
  for (std::size_t y = 0; y < 16; ++y) {
    for (std::size_t x = 0; x < 16; ++x) {
      for (std::size_t c = 0; c < 3; ++c)
        largest = std::max(largest, std::abs(turned[(y * 16 + x) * 3 + c] - stored[((15 - x) * 16 + y) * 3 + c]));
    }
  }
  EXPECT_LE(largest, 4);
  ImageOptions exact;
  exact.honour_orientation = true;
  EXPECT_NE(turned, Image::read(golden::data("images/exif6.jpg"), exact).preprocessed(16));

  std::string bytes = golden::read_bytes(golden::data("images/photo_1200x900.jpg"));
  bytes.resize(bytes.size() / 2);
  const Image half = Image::decode(as_bytes(bytes), scaled, "half.jpg");
  EXPECT_THROW(half.preprocessed(64), InvalidFile);
  scaled.accept_damaged = true;
  EXPECT_EQ(Image::decode(as_bytes(bytes), scaled).preprocessed(64).size(), std::size_t{64 * 64 * 3});
}

TEST(Image, RefusesSizesThatNoTowerTakes) {
  const Image image = Image::read(golden::data("images/one_1x1.png"));
  EXPECT_EQ(image.preprocessed(1).size(), 3U);
  for (const int size : {0, -1, 8193}) EXPECT_THROW(image.preprocessed(size), InvalidInput) << size;
}

TEST(Image, IsDecodedByManyThreadsAtOnce) {
  const std::string bytes = variant("jpeg_420_progressive.jpg");
  const Image image = Image::decode(as_bytes(bytes));
  const Bytes expected = image.preprocessed(32);
  std::vector<Bytes> results(8);
  std::vector<std::thread> threads;
  for (Bytes& result : results) threads.emplace_back([&result, image] { result = image.preprocessed(32); });
  for (std::thread& thread : threads) thread.join();
  for (const Bytes& result : results) EXPECT_EQ(result, expected);
}

}  // namespace
}  // namespace longclip
