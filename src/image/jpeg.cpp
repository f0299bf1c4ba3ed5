#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>

#include <jpeglib.h>

#include <jerror.h>

#include "image/codec.h"
#include "image/ifd.h"

namespace longclip::image {
namespace {

bool recognises(Bytes bytes) { return bytes.matches(0, "\xff\xd8\xff"); }

bool is_frame(int marker) {  // SOF0 to SOF15 without DHT, JPG and DAC, which share the range
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

Header read_header(Bytes bytes) {
  Header header;
  std::size_t at = 2;
  while (true) {
    while (at < bytes.size() && bytes[at] != 0xff) ++at;  // as libjpeg: skips what lies between segments
    while (at < bytes.size() && bytes[at] == 0xff) ++at;
    if (at >= bytes.size()) damaged("it ends within the header");
    const int marker = bytes[at++];
    if (marker == 0 || marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8)) continue;  // no segment follows
    if (marker == 0xda || marker == 0xd9) damaged("its pixels begin before their size is given");
    const std::size_t length = bytes.big16(at);
    if (length < 2 || !bytes.has(at, length)) damaged("it ends within the header");
    const Bytes segment = bytes.from(at + 2, length - 2);
    at += length;
    if (marker == 0xe1 && segment.matches(0, {"Exif\0\0", 6})) header.orientation = exif_orientation(segment.from(6));
    if (!is_frame(marker)) continue;
    if (segment[0] != 8) unsupported("JPEG with " + std::to_string(segment[0]) + " bits a channel; save it with 8");
    const int components = segment[5];
    if (components != 1 && components != 3 && components != 4) {
      unsupported("JPEG with " + std::to_string(components) + " channels; save it as grey, RGB or CMYK");
    }
    header.height = segment.big16(1);
    header.width = segment.big16(3);
    return header;
  }
}

// No encoder makes so many scans (ten are usual); a hostile file that has thousands costs hours.
constexpr int kMaxScans = 100;

// libjpeg's state and ours, which its callbacks find through client_data.
struct Decoder {
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf escape{};
  char message[JMSG_LENGTH_MAX] = {};
  bool accept_damaged = false;
};

[[noreturn]] void escape(j_common_ptr jpeg) {
  auto* decoder = static_cast<Decoder*>(jpeg->client_data);
  jpeg->err->format_message(jpeg, decoder->message);
  std::longjmp(decoder->escape, 1);
}

// Level -1 is a warning. Bits that make no sense are none of the reference's errors; a file that
// ends early is.
void on_message(j_common_ptr jpeg, int level) {
  if (level >= 0) return;
  auto* decoder = static_cast<Decoder*>(jpeg->client_data);
  if (jpeg->err->msg_code == JWRN_JPEG_EOF && !decoder->accept_damaged) escape(jpeg);
}

void on_progress(j_common_ptr jpeg) {
  if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number > kMaxScans) {
    jpeg->err->msg_code = JERR_BAD_PROGRESSION;
    escape(jpeg);
  }
}

// The calls of libjpeg, which leaves by longjmp: nothing with a destructor may live in here.
bool start(Decoder& decoder, Bytes bytes) {
  if (setjmp(decoder.escape) != 0) return false;
  jpeg_decompress_struct& jpeg = decoder.jpeg;
  jpeg_create_decompress(&jpeg);
  jpeg.client_data = &decoder;
  decoder.progress.progress_monitor = on_progress;
  jpeg.progress = &decoder.progress;
  jpeg_mem_src(&jpeg, bytes.data(), static_cast<unsigned long>(bytes.size()));
  jpeg_read_header(&jpeg, TRUE);
  jpeg.out_color_space = jpeg.num_components == 1 ? JCS_GRAYSCALE : jpeg.num_components == 3 ? JCS_RGB : JCS_CMYK;
  return true;
}

bool read(Decoder& decoder, Raster& raster) {
  if (setjmp(decoder.escape) != 0) return false;
  jpeg_decompress_struct& jpeg = decoder.jpeg;
  jpeg_start_decompress(&jpeg);
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW row = raster.row(static_cast<int>(jpeg.output_scanline));
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_decompress(&jpeg);  // reads on to the end: a marker within the pixels shows by what follows it
  return true;
}

Raster decode(Bytes bytes, const Header& header, bool accept_damaged) {
  Decoder decoder;
  decoder.accept_damaged = accept_damaged;
  decoder.jpeg.err = jpeg_std_error(&decoder.errors);
  decoder.jpeg.client_data = &decoder;
  decoder.errors.error_exit = escape;
  decoder.errors.emit_message = on_message;
  const struct Cleanup {
    jpeg_decompress_struct* jpeg;
    ~Cleanup() { jpeg_destroy_decompress(jpeg); }
  } cleanup{&decoder.jpeg};
  if (!start(decoder, bytes)) damaged(decoder.message);
  if (decoder.jpeg.image_width != header.width || decoder.jpeg.image_height != header.height) {
    damaged("it has two sizes");
  }
  // Huffman codes take a bit for each block of 8 x 8 pixels of a channel, of which at least one has a
  // quarter as many as the picture: a smaller file has lost its pixels, whatever marker it ends with.
  const std::uint64_t pixels = std::uint64_t{header.width} * header.height;
  if (!accept_damaged && decoder.jpeg.arith_code == 0 && pixels / (64 * 8 * 4) > bytes.size()) damaged("it ends early");
  const int components = decoder.jpeg.num_components;
  Raster raster(components == 1   ? Mode::grey
                : components == 3 ? Mode::rgb
                                  : Mode::cmyk,
                static_cast<int>(header.width), static_cast<int>(header.height));
  if (!read(decoder, raster) && !(accept_damaged && decoder.jpeg.output_scanline > 0)) damaged(decoder.message);
  if (raster.mode == Mode::cmyk) {
    for (auto& value : raster.data)
      value = static_cast<std::uint8_t>(255 - value);  // Adobe's way round, as the reference assumes
  }
  return raster;
}

}  // namespace

const Codec jpeg_codec{"JPEG", recognises, read_header, decode};

}  // namespace longclip::image
