#include <tiffio.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "image/codec.h"
#include "image/ifd.h"

namespace longclip::image {
namespace {

enum Tag : std::uint16_t {
  kWidth = 256,
  kHeight = 257,
  kBits = 258,
  kCompression = 259,
  kPhotometric = 262,
  kSamples = 277,
  kPlanar = 284,
  kColourMap = 320,
  kExtraSamples = 338,
  kSampleFormat = 339,
};

struct Layout {
  std::uint32_t width = 0, height = 0;
  int orientation = 1;
  Mode mode = Mode::rgb;
  int bits = 0;           // of a sample
  int samples = 0;        // of a pixel; those beyond the mode's channels are dropped
  bool separate = false;  // a plane for each sample
  bool bilevel = false;
  bool white_is_zero = false;
  bool premultiplied = false;  // colours are multiplied by alpha
  bool ycbcr = false;
  std::uint32_t photometric = 0;
};

bool is_transposed(int orientation) { return orientation >= 5; }

Layout read_layout(Bytes bytes) {
  const Ifd ifd(bytes);
  Layout layout;
  layout.width = ifd.value_or(kWidth, 0);
  layout.height = ifd.value_or(kHeight, 0);
  layout.orientation = exif_orientation(bytes);
  layout.bits = static_cast<int>(std::min(ifd.value_or(kBits, 1), 64U));
  layout.samples = static_cast<int>(std::min(ifd.value_or(kSamples, 1), 64U));
  layout.separate = ifd.value_or(kPlanar, PLANARCONFIG_CONTIG) == PLANARCONFIG_SEPARATE;
  const std::uint32_t photometric = ifd.value_or(kPhotometric, PHOTOMETRIC_MINISWHITE);
  const std::uint32_t compression = ifd.value_or(kCompression, COMPRESSION_NONE);
  const std::uint32_t format = ifd.value_or(kSampleFormat, SAMPLEFORMAT_UINT);
  layout.white_is_zero = photometric == PHOTOMETRIC_MINISWHITE;
  layout.ycbcr = photometric == PHOTOMETRIC_YCBCR;
  layout.photometric = photometric;

  int colours = 0;
  switch (photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
      colours = 1;
      layout.bilevel = layout.bits == 1;
      layout.mode = layout.bilevel ? Mode::palette : Mode::grey;
      break;
    case PHOTOMETRIC_PALETTE:
      colours = 1;
      layout.mode = Mode::palette;
      break;
    case PHOTOMETRIC_RGB:
    case PHOTOMETRIC_YCBCR:
      colours = 3;
      layout.mode = Mode::rgb;
      break;
    case PHOTOMETRIC_SEPARATED:
      colours = 4;
      layout.mode = Mode::cmyk;
      break;
    default:
      break;
  }
  const bool depth_fits =
      layout.bits == 8 || (layout.bits == 16 && photometric != PHOTOMETRIC_PALETTE && !layout.ycbcr) ||
      (colours == 1 && layout.samples == 1 && (layout.bits == 1 || layout.bits == 2 || layout.bits == 4));
  if (colours == 0 || layout.samples < colours || layout.samples > 16 || !depth_fits || format != SAMPLEFORMAT_UINT ||
      compression == COMPRESSION_OJPEG) {
    unsupported("TIFF of kind " + std::to_string(photometric) + " with " + std::to_string(layout.samples) +
                " samples of " + std::to_string(layout.bits) + " bits, compression " + std::to_string(compression) +
                "; save it as RGB with 8 bits");
  }
  for (std::uint64_t i = 1; i < std::min<std::uint64_t>(ifd.count(kBits), 16); ++i) {
    if (ifd.value(kBits, i) != static_cast<std::uint32_t>(layout.bits))
      unsupported("TIFF with samples of different sizes; save it as RGB with 8 bits");
  }
  // The first sample beyond the colours is alpha if the file says so, or says nothing.
  if (layout.samples > colours && (layout.mode == Mode::grey || layout.mode == Mode::rgb) && !layout.ycbcr) {
    const std::uint32_t extra = ifd.value_or(kExtraSamples, EXTRASAMPLE_UNASSALPHA);
    if (extra != EXTRASAMPLE_UNSPECIFIED) layout.mode = layout.mode == Mode::grey ? Mode::grey_alpha : Mode::rgba;
    layout.premultiplied = extra == EXTRASAMPLE_ASSOCALPHA;
  }
  return layout;
}

// Unlike EXIF's, TIFF's own orientation is always followed, as by the reference: the picture that
// a TIFF file describes is the turned one.
Header read_header(Bytes bytes) {
  const Layout layout = read_layout(bytes);
  if (is_transposed(layout.orientation)) return {layout.height, layout.width};
  return {layout.width, layout.height};
}

// libtiff's view of the file's bytes, and what it says.
struct Stream {
  Bytes bytes;
  std::uint64_t position = 0;
  char message[160] = {};  // the first error
};

tmsize_t on_read(thandle_t handle, void* to, tmsize_t count) {
  auto* stream = static_cast<Stream*>(handle);
  const Bytes from = stream->bytes.from(stream->position, static_cast<std::size_t>(std::max<tmsize_t>(0, count)));
  if (from.size() != 0) std::memcpy(to, from.data(), from.size());
  stream->position += from.size();
  return static_cast<tmsize_t>(from.size());
}
tmsize_t on_write(thandle_t, void*, tmsize_t) { return 0; }
toff_t on_seek(thandle_t handle, toff_t offset, int whence) {
  auto* stream = static_cast<Stream*>(handle);
  const std::uint64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? stream->position : stream->bytes.size();
  return stream->position = base + offset;
}
int on_close(thandle_t) { return 0; }
toff_t on_size(thandle_t handle) { return static_cast<Stream*>(handle)->bytes.size(); }

// A handler that returns 1 keeps libtiff from asking those of the whole process.
int on_error(TIFF*, void* user, const char*, const char* format, va_list arguments) {
  auto* stream = static_cast<Stream*>(user);
  if (stream->message[0] == '\0') std::vsnprintf(stream->message, sizeof stream->message, format, arguments);
  return 1;
}
int on_warning(TIFF*, void*, const char*, const char*, va_list) { return 1; }

struct CloseTiff {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using TiffHandle = std::unique_ptr<TIFF, CloseTiff>;

TiffHandle open(Stream& stream) {
  const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(TIFFOpenOptionsAlloc(),
                                                                                 TIFFOpenOptionsFree);
  if (!options) throw std::bad_alloc();
  // More than any table of a file of this size takes.
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(),
                                      static_cast<tmsize_t>(stream.bytes.size() + (std::size_t{64} << 20)));
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), on_error, &stream);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), on_warning, nullptr);
  return TiffHandle(TIFFClientOpenExt("", "rm", &stream, on_read, on_write, on_seek, on_close, on_size, nullptr,
                                      nullptr, options.get()));
}

// Part of the picture as libtiff hands it out: a strip or a tile, of all samples or of one.
struct Block {
  std::uint32_t left, top, width, height;  // of what lies within the picture
  std::size_t row_bytes;
  int plane;  // which sample; all of them, side by side, if the planes are not separate
};

std::uint8_t to_8_bits(const std::uint8_t* row, std::size_t sample, int bits, bool grey) {
  if (bits == 8) return row[sample];
  if (bits == 16) {
    std::uint16_t value;
    std::memcpy(&value, row + 2 * sample, 2);
    // Colours lose their low byte as with the reference; grey, which the reference clips, is rounded.
    return static_cast<std::uint8_t>(grey ? (value * 255U + 32767U) / 65535U : value >> 8);
  }
  const std::size_t bit = sample * static_cast<std::size_t>(bits);
  const unsigned mask = (1U << bits) - 1;
  const unsigned value = row[bit / 8] >> (8 - static_cast<std::size_t>(bits) - bit % 8) & mask;
  return static_cast<std::uint8_t>(grey ? value * 255 / mask : value);
}

void unpack(const Layout& layout, const Block& block, const std::uint8_t* from, Raster& raster) {
  const int count = channels(raster.mode);
  const bool grey = raster.mode == Mode::grey || raster.mode == Mode::grey_alpha;
  for (std::uint32_t y = 0; y < block.height; ++y, from += block.row_bytes) {
    std::uint8_t* to =
        raster.row(static_cast<int>(block.top + y)) + std::size_t{block.left} * static_cast<std::size_t>(count);
    if (layout.separate) {
      for (std::size_t x = 0; x < block.width; ++x) {
        to[x * static_cast<std::size_t>(count) + static_cast<std::size_t>(block.plane)] =
            to_8_bits(from, x, layout.bits, grey);
      }
    } else if (layout.bits == 8 && layout.samples == count) {
      std::memcpy(to, from, std::size_t{block.width} * static_cast<std::size_t>(count));
    } else {
      for (std::size_t x = 0; x < block.width; ++x) {
        for (int c = 0; c < count; ++c) {
          *to++ = to_8_bits(from, x * static_cast<std::size_t>(layout.samples) + static_cast<std::size_t>(c),
                            layout.bits, grey);
        }
      }
    }
  }
}

// What all blocks of a picture take, each as it is handed out. A tile may reach far over the edge, and a small
// file may promise much: more than this is no picture, and would keep us for long.
bool is_plausible(std::uint64_t block_bytes, std::uint64_t blocks, const Layout& layout, std::uint64_t file_bytes) {
  constexpr std::uint64_t kAlways = std::uint64_t{256} << 20;
  constexpr std::uint64_t kBestCompression = 4096;
  const std::uint64_t picture = std::uint64_t{layout.width} * layout.height *
                                static_cast<std::uint64_t>(layout.samples) * static_cast<std::uint64_t>(layout.bits) /
                                8;
  std::uint64_t all = 0;
  return !__builtin_mul_overflow(block_bytes, blocks, &all) && all <= 4 * picture + kAlways &&
         (block_bytes <= kAlways || block_bytes / kBestCompression <= file_bytes);
}

// Reads all strips or tiles. False where one fails: at the first, or, where damaged files are
// accepted, with what could be read. Whoever makes a file of failing blocks does not keep us for
// long: after many, the rest stays black.
bool read_blocks(TIFF* tiff, const Layout& layout, bool accept_damaged, std::uint64_t file_bytes, Raster& raster) {
  const bool tiled = TIFFIsTiled(tiff) != 0;
  std::uint32_t block_width = layout.width;
  std::uint32_t block_height = 0;
  if (tiled) {
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &block_width);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &block_height);
  } else {
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &block_height);
    block_height = std::min(block_height, layout.height);
  }
  const tmsize_t bytes = tiled ? TIFFTileSize(tiff) : TIFFStripSize(tiff);
  const tmsize_t row_bytes = tiled ? TIFFTileRowSize(tiff) : TIFFScanlineSize(tiff);
  if (block_width == 0 || block_height == 0 || bytes <= 0 || row_bytes <= 0 ||
      static_cast<std::uint64_t>(row_bytes) * std::min(block_height, layout.height) >
          static_cast<std::uint64_t>(bytes)) {
    return false;
  }
  // libtiff's rows must hold what is taken from them.
  const std::uint64_t row_bits = std::uint64_t{std::min(block_width, layout.width)} *
                                 static_cast<std::uint64_t>(layout.bits) *
                                 static_cast<std::uint64_t>(layout.separate ? 1 : layout.samples);
  if (static_cast<std::uint64_t>(row_bytes) * 8 < row_bits) return false;
  const int planes = layout.separate ? channels(raster.mode) : 1;
  const auto blocks_along = [](std::uint64_t length, std::uint64_t block) { return (length + block - 1) / block; };
  const std::uint64_t blocks = blocks_along(layout.width, block_width) * blocks_along(layout.height, block_height) *
                               static_cast<std::uint64_t>(planes);
  if (!is_plausible(static_cast<std::uint64_t>(bytes), blocks, layout, file_bytes)) return false;
  std::vector<std::uint8_t> buffer(static_cast<std::size_t>(bytes));
  constexpr int kMostFailures = 1000;
  int failures = 0;
  for (int plane = 0; plane < planes; ++plane) {
    for (std::uint64_t top = 0; top < layout.height; top += block_height) {
      for (std::uint64_t left = 0; left < layout.width; left += block_width) {
        const Block block{static_cast<std::uint32_t>(left),
                          static_cast<std::uint32_t>(top),
                          static_cast<std::uint32_t>(std::min<std::uint64_t>(block_width, layout.width - left)),
                          static_cast<std::uint32_t>(std::min<std::uint64_t>(block_height, layout.height - top)),
                          static_cast<std::size_t>(row_bytes),
                          plane};
        const auto sample = static_cast<std::uint16_t>(plane);
        const tmsize_t wanted = tiled ? bytes : row_bytes * static_cast<tmsize_t>(block.height);
        const tmsize_t got =
            tiled ? TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, block.left, block.top, 0, sample), buffer.data(),
                                        wanted)
                  : TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, block.top, sample), buffer.data(), wanted);
        if (got < wanted) {
          if (!accept_damaged || ++failures == kMostFailures) return false;
          std::fill(buffer.begin() + std::max<tmsize_t>(got, 0), buffer.end(), std::uint8_t{0});
        }
        unpack(layout, block, buffer.data(), raster);
      }
    }
  }
  return failures == 0;
}

// YCbCr other than in JPEG: libtiff's own conversion, as the reference takes it for compressed files.
// That of the reference for uncompressed ones may differ by a level.
bool read_ycbcr(TIFF* tiff, const Layout& layout, bool accept_damaged, Raster& raster) {
  std::vector<std::uint32_t> pixels(std::size_t{layout.width} * layout.height);
  const bool whole = TIFFReadRGBAImageOriented(tiff, layout.width, layout.height, pixels.data(), layout.orientation,
                                               accept_damaged ? 0 : 1) != 0;
  std::uint8_t* to = raster.data.data();
  for (const std::uint32_t pixel : pixels) {
    *to++ = static_cast<std::uint8_t>(TIFFGetR(pixel));
    *to++ = static_cast<std::uint8_t>(TIFFGetG(pixel));
    *to++ = static_cast<std::uint8_t>(TIFFGetB(pixel));
  }
  return whole;
}

Palette palette(Bytes bytes, const Layout& layout, bool accept_damaged) {
  Palette palette{};
  if (layout.bilevel) {
    palette[layout.white_is_zero ? 0 : 1].fill(255);
    return palette;
  }
  const Ifd ifd(bytes);
  const std::size_t colours = std::size_t{1} << layout.bits;
  for (std::size_t i = 0; i < colours; ++i) {  // all reds, all greens, all blues, 16 bits each
    for (std::size_t c = 0; c < 3; ++c) {
      const auto value = ifd.value(kColourMap, c * colours + i);
      if (!value && !accept_damaged) damaged("it ends within its palette");
      palette[i][c] = static_cast<std::uint8_t>(value.value_or(0) >> 8);
    }
  }
  return palette;
}

// Colours that were multiplied by alpha, divided by it again.
void divide_by_alpha(Raster& raster) {
  const int count = channels(raster.mode);
  for (std::uint8_t* pixel = raster.data.data(); pixel != raster.data.data() + raster.data.size(); pixel += count) {
    const unsigned alpha = pixel[count - 1];
    for (int c = 0; c + 1 < count; ++c) {
      pixel[c] = static_cast<std::uint8_t>(alpha == 0 ? 0 : std::min(255U, pixel[c] * 255U / alpha));
    }
  }
}

bool agrees(TIFF* tiff, const Layout& layout) {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint16_t bits = 0;
  std::uint16_t samples = 0;
  std::uint16_t planar = 0;
  std::uint16_t photometric = PHOTOMETRIC_MINISWHITE;  // as read_layout() has it where there is none
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planar);
  return width == layout.width && height == layout.height && bits == layout.bits && samples == layout.samples &&
         (planar == PLANARCONFIG_SEPARATE) == layout.separate && photometric == layout.photometric;
}

Raster decode(Bytes bytes, const Header&, bool accept_damaged) {
  const Layout layout = read_layout(bytes);
  Stream stream;
  stream.bytes = bytes;
  const TiffHandle tiff = open(stream);
  const auto reason = [&stream] {
    return stream.message[0] != '\0' ? std::string(stream.message) : "its pixels cannot be read";
  };
  if (!tiff || !agrees(tiff.get(), layout)) damaged(reason());

  Raster raster(layout.mode, static_cast<int>(layout.width), static_cast<int>(layout.height));
  bool whole = false;
  std::uint16_t compression = 0;
  TIFFGetFieldDefaulted(tiff.get(), TIFFTAG_COMPRESSION, &compression);
  if (layout.ycbcr && (compression != COMPRESSION_JPEG || layout.separate)) {
    whole = read_ycbcr(tiff.get(), layout, accept_damaged, raster);
  } else {
    if (layout.ycbcr) TIFFSetField(tiff.get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    whole = read_blocks(tiff.get(), layout, accept_damaged, bytes.size(), raster);
  }
  if (!whole && !accept_damaged) damaged(reason());

  if (raster.mode == Mode::palette) {
    raster.palette = palette(bytes, layout, accept_damaged);
  } else if (layout.white_is_zero) {
    const int step = channels(raster.mode);
    for (std::size_t i = 0; i < raster.data.size(); i += static_cast<std::size_t>(step)) {
      raster.data[i] = static_cast<std::uint8_t>(255 - raster.data[i]);
    }
  }
  if (layout.premultiplied) divide_by_alpha(raster);
  if (layout.orientation == 1) return raster;
  return oriented(raster, layout.orientation);
}

}  // namespace

const Codec tiff_codec{"TIFF", Ifd::recognises, read_header, decode};

}  // namespace longclip::image
