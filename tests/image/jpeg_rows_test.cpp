// Parts of JPEGs, against OpenCV's decoding of the whole.

#include "image/jpeg_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <opencv2/imgcodecs.hpp>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <jpeglib.h>

#include "image/preprocess.h"
#include "image/resize.h"

namespace longclip::image {
namespace {

struct Shape {
  int channels = 3;
  int across = 2;  // sampling of the first channel, of which the others have 1
  int down = 2;
  bool progressive = false;
  bool unfinished = false;  // of the progression's scans there are but two, and the decoder smooths what there is
  bool arithmetic = false;
  unsigned restart_rows = 0;
  bool separate_scans = false;

  std::string name() const {
    return std::to_string(channels) + " channels, " + std::to_string(across) + " x " + std::to_string(down) +
           (progressive ? ", progressive" : "") + (unfinished ? ", unfinished" : "") +
           (arithmetic ? ", arithmetic" : "") + (restart_rows != 0 ? ", restarts" : "") +
           (separate_scans ? ", a scan a channel" : "");
  }
};

std::vector<Shape> shapes() {
  std::vector<Shape> all;
  for (const auto& [across, down] : {std::pair{1, 1}, {2, 1}, {1, 2}, {2, 2}, {4, 1}, {4, 2}, {1, 4}}) {
    for (int kind = 0; kind < 6; ++kind)
      all.push_back({3, across, down, kind == 1 || kind == 5, kind == 5, kind == 2, kind == 3 ? 1U : 0U, kind == 4});
  }
  all.push_back({1, 1, 1});
  all.push_back({1, 2, 2});
  all.push_back({1, 1, 1, true});
  return all;
}

// Waves with noise, so that no two columns or rows are alike.
std::vector<std::uint8_t> encoded(const Shape& shape, int width, int height) {
  std::mt19937 random(static_cast<unsigned>(width * 1000 + height));
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* data = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &data, &size);
  jpeg.image_width = static_cast<JDIMENSION>(width);
  jpeg.image_height = static_cast<JDIMENSION>(height);
  jpeg.input_components = shape.channels;
  jpeg.in_color_space = shape.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 80, TRUE);
  jpeg.comp_info[0].h_samp_factor = shape.across;
  jpeg.comp_info[0].v_samp_factor = shape.down;
  jpeg.arith_code = shape.arithmetic ? TRUE : FALSE;
  jpeg.restart_in_rows = static_cast<int>(shape.restart_rows);
  std::vector<jpeg_scan_info> scans(3);
  for (int c = 0; c < 3; ++c) scans[static_cast<std::size_t>(c)] = {1, {c, 0, 0, 0}, 0, 63, 0, 0};
  if (shape.progressive) jpeg_simple_progression(&jpeg);
  if (shape.unfinished) jpeg.num_scans = 2;
  if (shape.separate_scans) {
    jpeg.scan_info = scans.data();
    jpeg.num_scans = shape.channels;
  }
  jpeg_start_compress(&jpeg, TRUE);
  std::vector<std::uint8_t> row(static_cast<std::size_t>(width * shape.channels));
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width * shape.channels; ++x) {
      const int wave = (x * 7 + y * 5) / 4 % 512;
      row[static_cast<std::size_t>(x)] =
          static_cast<std::uint8_t>(std::clamp(std::abs(wave - 256) + static_cast<int>(random() % 32) - 16, 0, 255));
    }
    JSAMPROW pointer = row.data();
    jpeg_write_scanlines(&jpeg, &pointer, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  std::vector<std::uint8_t> bytes(data, data + size);
  std::free(data);
  return bytes;
}

// As OpenCV decodes it, RGB or grey.
Raster decoded_by_opencv(const std::vector<std::uint8_t>& bytes, int channels) {
  const cv::Mat mat = cv::imdecode(bytes, channels == 1 ? cv::IMREAD_GRAYSCALE : cv::IMREAD_COLOR);
  Raster raster(channels == 1 ? Mode::grey : Mode::rgb, mat.cols, mat.rows);
  for (int y = 0; y < mat.rows; ++y) {
    for (int i = 0; i < mat.cols * channels; ++i) {
      const int at = channels == 1 ? i : i / 3 * 3 + 2 - i % 3;
      raster.row(y)[i] = mat.ptr(y)[at];
    }
  }
  return raster;
}

Bytes view(const std::vector<std::uint8_t>& bytes) { return {bytes.data(), bytes.size()}; }

std::unique_ptr<RowSource> open(const std::vector<std::uint8_t>& bytes, const Decoding& decoding = {}) {
  return open_jpeg(view(bytes), jpeg_codec.read_header(view(bytes)), decoding);
}

// The region's rows, a few at a time.
std::vector<std::uint8_t> read_region(RowSource& source, const Region& region) {
  source.begin(region);
  const std::size_t bytes = static_cast<std::size_t>(region.width * channels(source.mode()));
  std::vector<std::uint8_t> pixels;
  std::size_t count = 1;
  for (std::size_t y = 0; y < static_cast<std::size_t>(region.height); y += count) {
    count = std::min<std::size_t>(count % 7 + 3, static_cast<std::size_t>(region.height) - y);
    std::vector<std::uint8_t> rows(count * source.row_bytes());
    source.read(rows.data(), source.row_bytes(), count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto first =
          rows.begin() + static_cast<std::ptrdiff_t>(i * source.row_bytes() + source.bytes_before_region());
      pixels.insert(pixels.end(), first, first + static_cast<std::ptrdiff_t>(bytes));
    }
  }
  source.finish();
  return pixels;
}

std::vector<std::uint8_t> cut(const Raster& raster, const Region& region) {
  const int pixel = channels(raster.mode);
  std::vector<std::uint8_t> pixels;
  for (int y = region.top; y < region.top + region.height; ++y)
    pixels.insert(pixels.end(), raster.row(y) + region.left * pixel,
                  raster.row(y) + (region.left + region.width) * pixel);
  return pixels;
}

TEST(JpegRows, OfAPartAreThoseOfTheWhole) {
  std::mt19937 random(1);
  for (const Shape& shape : shapes()) {
    for (const auto& [width, height] : {std::pair{301, 215}, {96, 333}, {640, 17}, {33, 33}}) {
      const auto bytes = encoded(shape, width, height);
      const Raster whole = decoded_by_opencv(bytes, shape.channels);
      ASSERT_EQ(whole.width, width);
      for (int round = 0; round < 8; ++round) {
        Region region;
        region.left = static_cast<int>(random() % static_cast<unsigned>(width));
        region.top = static_cast<int>(random() % static_cast<unsigned>(height));
        region.width = 1 + static_cast<int>(random() % static_cast<unsigned>(width - region.left));
        region.height = 1 + static_cast<int>(random() % static_cast<unsigned>(height - region.top));
        ASSERT_EQ(read_region(*open(bytes), region), cut(whole, region))
            << shape.name() << ", " << width << " x " << height << ": " << region.left << ", " << region.top << ", "
            << region.width << " x " << region.height;
      }
    }
  }
}

// What a way of decoding makes of bytes, or why it does not.
template <class Work>
std::string outcome(const Work& work) {
  try {
    const std::vector<std::uint8_t> pixels = work();
    return {pixels.begin(), pixels.end()};
  } catch (const CodecError& error) {
    return error.what();
  }
}

TEST(JpegRows, OfADamagedFileFailAsTheWholeDoes) {
  std::mt19937 random(2);
  std::size_t failures = 0;
  for (const Shape& shape : shapes()) {
    for (const auto& [width, height] : {std::pair{200, 90}, {90, 200}}) {
      const auto bytes = encoded(shape, width, height);
      for (int round = 0; round < 30; ++round) {
        auto damaged = bytes;
        if (round % 2 == 0) damaged.resize(600 + random() % (bytes.size() - 600));
        for (int i = 0; round % 3 != 0 && i < 4; ++i)
          damaged[599 + random() % (damaged.size() - 599)] = static_cast<std::uint8_t>(random());
        for (const bool accept : {false, true}) {
          const auto header = jpeg_codec.read_header(view(damaged));
          const auto by_rows = outcome([&] { return preprocess(*open(damaged, {accept, 0}), 32); });
          const auto whole = outcome([&] { return preprocess(jpeg_codec.decode(view(damaged), header, accept), 32); });
          ASSERT_EQ(by_rows, whole) << shape.name() << ", round " << round;
          if (whole.size() < 100) ++failures;
        }
      }
    }
  }
  EXPECT_GT(failures, 500U);
}

}  // namespace
}  // namespace longclip::image
