#include <png.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "image/codec.h"
#include "image/ifd.h"

namespace longclip::image {
namespace {

constexpr std::string_view kMagic{"\x89PNG\r\n\x1a\n", 8};

bool recognises(Bytes bytes) { return bytes.matches(0, kMagic); }

Header read_header(Bytes bytes) {
  if (!bytes.has(8, 25) || bytes.big32(8) != 13 || !bytes.matches(12, "IHDR")) damaged("it has no header");
  Header header;
  header.width = bytes.big32(16);
  header.height = bytes.big32(20);
  for (std::size_t at = 33; bytes.has(at, 8);) {
    const std::uint32_t length = bytes.big32(at);
    if (bytes.matches(at + 4, "eXIf")) header.orientation = exif_orientation(bytes.from(at + 8, length));
    at += std::size_t{12} + length;
  }
  return header;
}

struct Decoder {
  png_structp png = nullptr;
  png_infop info = nullptr;
  Bytes bytes;
  std::size_t position = 0;
  char message[128] = {};
  ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
};

void on_error(png_structp png, png_const_charp message) {
  auto* decoder = static_cast<Decoder*>(png_get_error_ptr(png));
  std::strncpy(decoder->message, message, sizeof decoder->message - 1);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

void on_read(png_structp png, png_bytep to, std::size_t count) {
  auto* decoder = static_cast<Decoder*>(png_get_io_ptr(png));
  if (!decoder->bytes.has(decoder->position, count)) png_error(png, "it ends early");
  std::memcpy(to, decoder->bytes.data() + decoder->position, count);
  decoder->position += count;
}

// The calls of libpng, which leaves by longjmp: nothing with a destructor may live in these two.
bool start(Decoder& decoder, bool accept_damaged) {
  png_structp png = decoder.png;
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_read_fn(png, &decoder, on_read);
  // The reference refuses a wrong checksum in ancillary chunks too, though it has no use for them.
  if (accept_damaged) {
    png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
  } else {
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  }
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);  // -1: all that pixels do not need
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);             // the size is checked already
  png_read_info(png, decoder.info);
  return true;
}

bool read(Decoder& decoder, Raster& raster) {
  png_structp png = decoder.png;
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  const int depth = png_get_bit_depth(png, decoder.info);
  const int colour = png_get_color_type(png, decoder.info);
  if (depth == 16 && colour == PNG_COLOR_TYPE_GRAY) {
    png_set_scale_16(png);
  } else if (depth == 16) {
    png_set_strip_16(png);  // the high byte, as the reference
  }
  if (raster.mode == Mode::palette) {
    png_set_packing(png);
  } else if (depth < 8) {
    png_set_expand_gray_1_2_4_to_8(png);
  }
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, decoder.info);
  if (png_get_rowbytes(png, decoder.info) != raster.row_bytes()) return false;
  for (int pass = 0; pass < passes; ++pass) {
    for (int y = 0; y < raster.height; ++y) png_read_row(png, raster.row(y), nullptr);
  }
  return true;
}

Mode mode(int colour, int depth) {
  switch (colour) {
    case PNG_COLOR_TYPE_GRAY:
      return depth == 1 ? Mode::palette : Mode::grey;
    case PNG_COLOR_TYPE_PALETTE:
      return Mode::palette;
    case PNG_COLOR_TYPE_GRAY_ALPHA:
      return Mode::grey_alpha;
    case PNG_COLOR_TYPE_RGB_ALPHA:
      return Mode::rgba;
    default:
      return Mode::rgb;
  }
}

Palette palette(Decoder& decoder) {
  Palette palette{};
  png_colorp colours = nullptr;
  int count = 0;
  if (png_get_color_type(decoder.png, decoder.info) == PNG_COLOR_TYPE_GRAY) {
    palette[1].fill(255);  // bilevel
  } else if (png_get_PLTE(decoder.png, decoder.info, &colours, &count) != 0) {
    for (int i = 0; i < std::min(count, 256); ++i) {
      palette[static_cast<std::size_t>(i)] = {colours[i].red, colours[i].green, colours[i].blue};
    }
  }
  return palette;
}

Raster decode(Bytes bytes, const Header& header, bool accept_damaged) {
  Decoder decoder;
  decoder.bytes = bytes;
  decoder.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoder, on_error, on_warning);
  if (decoder.png != nullptr) decoder.info = png_create_info_struct(decoder.png);
  if (decoder.info == nullptr) throw std::bad_alloc();
  if (!start(decoder, accept_damaged)) damaged(decoder.message);
  const int depth = png_get_bit_depth(decoder.png, decoder.info);
  const Mode pixels = mode(png_get_color_type(decoder.png, decoder.info), depth);
  // Deflate shrinks at most 1032-fold: a smaller file cannot hold what its header says.
  const std::uint64_t row_bits = std::uint64_t{header.width} * static_cast<unsigned>(channels(pixels) * depth);
  if (!accept_damaged && row_bits / 8 * header.height / 1032 > bytes.size()) damaged("it ends early");
  Raster raster(pixels, static_cast<int>(header.width), static_cast<int>(header.height));
  if (pixels == Mode::palette) raster.palette = palette(decoder);
  if (!read(decoder, raster) && !accept_damaged) damaged(decoder.message);
  return raster;
}

}  // namespace

const Codec png_codec{"PNG", recognises, read_header, decode};

}  // namespace longclip::image
