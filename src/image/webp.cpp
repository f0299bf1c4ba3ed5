#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include <climits>
#include <vector>

#include "image/codec.h"
#include "image/ifd.h"

namespace longclip::image {
namespace {

bool recognises(Bytes bytes) {
  return bytes.matches(0, "RIFF") && bytes.matches(8, "WEBP") &&
         (bytes.matches(12, "VP8 ") || bytes.matches(12, "VP8L") || bytes.matches(12, "VP8X"));
}

// A RIFF chunk: its name, its content, and both with the length between and the pad byte behind.
struct Chunk {
  Bytes name, content, whole;
};

std::vector<Chunk> read_chunks(Bytes bytes) {
  std::vector<Chunk> chunks;
  for (std::size_t at = 0; bytes.has(at, 8);) {
    const std::size_t length = bytes.little32(at + 4);
    const std::size_t padded = 8 + length + length % 2;
    chunks.push_back({bytes.from(at, 4), bytes.from(at + 8, length), bytes.from(at, padded)});
    at += padded;
  }
  return chunks;
}

struct Layout {
  std::uint32_t width = 0, height = 0;
  int orientation = 1;
  bool animated = false;
  bool alpha = false;  // of an animation
  Bytes frame;         // content of the first ANMF chunk
};

void read_lossy_size(Bytes content, Layout& layout) {
  if (!content.matches(3, "\x9d\x01\x2a")) damaged("it has no picture");
  layout.width = content.little16(6) & 0x3fff;
  layout.height = content.little16(8) & 0x3fff;
}

void read_lossless_size(Bytes content, Layout& layout) {
  if (content[0] != 0x2f) damaged("it has no picture");
  const std::uint32_t bits = content.little32(1);
  layout.width = (bits & 0x3fff) + 1;
  layout.height = (bits >> 14 & 0x3fff) + 1;
}

Layout read_layout(Bytes bytes) {
  Layout layout;
  const std::vector<Chunk> chunks = read_chunks(bytes.from(12, bytes.little32(4) - std::size_t{4}));
  if (chunks.empty()) damaged("it ends within the header");
  const Chunk& first = chunks.front();
  if (first.name.matches(0, "VP8 ")) {
    read_lossy_size(first.content, layout);
  } else if (first.name.matches(0, "VP8L")) {
    read_lossless_size(first.content, layout);
  } else {
    if (first.content.size() < 10) damaged("it ends within the header");
    layout.alpha = (first.content[0] & 0x10) != 0;
    layout.animated = (first.content[0] & 0x02) != 0;
    layout.width = first.content.little24(4) + 1;
    layout.height = first.content.little24(7) + 1;
  }
  for (const Chunk& chunk : chunks) {
    if (chunk.name.matches(0, "ANMF") && layout.frame.size() == 0) layout.frame = chunk.content;
    if (!chunk.name.matches(0, "EXIF")) continue;
    // Some writers leave JPEG's prefix in front of the TIFF block.
    const bool prefixed = chunk.content.matches(0, {"Exif\0\0", 6});
    layout.orientation = exif_orientation(chunk.content.from(prefixed ? 6 : 0));
  }
  return layout;
}

Header read_header(Bytes bytes) {
  const Layout layout = read_layout(bytes);
  return {layout.width, layout.height, layout.orientation};
}

void append(std::vector<std::uint8_t>& to, Bytes bytes) {
  to.insert(to.end(), bytes.data(), bytes.data() + bytes.size());
}

void append32(std::vector<std::uint8_t>& to, std::size_t value) {
  for (int shift = 0; shift < 32; shift += 8) to.push_back(static_cast<std::uint8_t>(value >> shift));
}

// A frame of an animation as a file of its own, which OpenCV 4.6 reads.
std::vector<std::uint8_t> still(Bytes frame, bool alpha) {
  std::vector<std::uint8_t> body{'W', 'E', 'B', 'P'};
  const std::vector<Chunk> chunks = read_chunks(frame.from(16));
  if (!chunks.empty() && chunks.front().name.matches(0, "ALPH")) {
    for (const char c : {'V', 'P', '8', 'X'}) body.push_back(static_cast<std::uint8_t>(c));
    append32(body, 10);
    append32(body, alpha ? 0x10 : 0);
    append(body, frame.from(6, 6));  // width and height
  }
  for (const Chunk& chunk : chunks) append(body, chunk.whole);
  std::vector<std::uint8_t> file{'R', 'I', 'F', 'F'};
  append32(file, body.size());
  append(file, {body.data(), body.size()});
  return file;
}

cv::Mat decode_still(Bytes bytes) {
  const cv::Mat encoded(1, static_cast<int>(bytes.size()), CV_8UC1, const_cast<std::uint8_t*>(bytes.data()));
  cv::Mat pixels;
  try {
    pixels = cv::imdecode(encoded, cv::IMREAD_UNCHANGED);
  } catch (const cv::Exception&) {
    pixels.release();  // its text speaks of OpenCV's source lines
  }
  if (pixels.empty() || pixels.depth() != CV_8U || pixels.channels() < 3) damaged("its pixels cannot be read");
  return pixels;
}

// Puts OpenCV's BGR or BGRA into the raster; what the raster has no channel for is dropped.
void paste(const cv::Mat& pixels, int left, int top, Raster& raster) {
  const int from_channels = pixels.channels();
  const int to_channels = channels(raster.mode);
  for (int y = 0; y < pixels.rows; ++y) {
    const std::uint8_t* from = pixels.ptr<std::uint8_t>(y);
    std::uint8_t* to = raster.row(top + y) + left * to_channels;
    for (int x = 0; x < pixels.cols; ++x, from += from_channels, to += to_channels) {
      for (int c = 0; c < 3; ++c) to[c] = from[2 - c];
      if (to_channels == 4) to[3] = from_channels == 4 ? from[3] : std::uint8_t{255};
    }
  }
}

// A truncated WebP is refused even if damaged files are accepted, as by the reference.
Raster decode(Bytes bytes, const Header& header, bool) {
  const Layout layout = read_layout(bytes);
  if (!bytes.has(8, bytes.little32(4)) || bytes.size() > INT_MAX) damaged("it ends early");
  const int width = static_cast<int>(header.width);
  const int height = static_cast<int>(header.height);
  if (!layout.animated) {
    const cv::Mat pixels = decode_still(bytes);
    Raster raster(pixels.channels() == 4 ? Mode::rgba : Mode::rgb, width, height);
    if (pixels.cols != raster.width || pixels.rows != raster.height) damaged("it has two sizes");
    paste(pixels, 0, 0, raster);
    return raster;
  }
  // The first frame stands on an empty canvas.
  Raster raster(layout.alpha ? Mode::rgba : Mode::rgb, width, height);
  const std::uint32_t left = 2 * layout.frame.little24(0);
  const std::uint32_t top = 2 * layout.frame.little24(3);
  const std::vector<std::uint8_t> file = still(layout.frame, layout.alpha);
  const cv::Mat pixels = decode_still({file.data(), file.size()});
  if (left + static_cast<std::uint32_t>(pixels.cols) > header.width ||
      top + static_cast<std::uint32_t>(pixels.rows) > header.height) {
    damaged("its first frame reaches over the picture");
  }
  paste(pixels, static_cast<int>(left), static_cast<int>(top), raster);
  return raster;
}

}  // namespace

const Codec webp_codec{"WebP", recognises, read_header, decode, false};

}  // namespace longclip::image
