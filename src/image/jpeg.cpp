#include <cstddef>
#include <cstdint>

#include "image/codec.h"
#include "image/ifd.h"
#include "image/jpeg_rows.h"

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

Raster decode(Bytes bytes, const Header& header, bool accept_damaged) {
  return read_whole(*open_jpeg(bytes, header, {accept_damaged, 0}));
}

}  // namespace

const Codec jpeg_codec{"JPEG", recognises, read_header, decode, true, open_jpeg};

}  // namespace longclip::image
