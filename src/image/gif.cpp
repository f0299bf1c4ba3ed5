#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "image/codec.h"

namespace longclip::image {
namespace {

bool recognises(Bytes bytes) { return bytes.matches(0, "GIF87a") || bytes.matches(0, "GIF89a"); }

// The first frame, as the blocks before its pixels describe it.
struct Frame {
  std::uint32_t left = 0, top = 0, width = 0, height = 0;
  std::uint32_t canvas_width = 0, canvas_height = 0;
  bool interlaced = false;
  int code_bits = 0;     // of LZW, at first
  int transparent = -1;  // index, if there is one
  Bytes colours;         // 3 bytes each; empty: greys
};

// A ramp of greys is no palette to the reference: it resizes such a picture as a grey one.
bool is_grey_ramp(Bytes colours) {
  for (std::size_t i = 0; i < colours.size(); ++i) {
    if (colours[i] != i / 3) return false;
  }
  return true;
}

Frame first_frame(Bytes bytes) {
  if (!bytes.has(0, 13)) damaged("it ends within the header");
  Frame frame;
  frame.canvas_width = bytes.little16(6);
  frame.canvas_height = bytes.little16(8);
  std::size_t at = 13;
  const auto read_colours = [&](std::uint8_t flags) {
    const std::size_t size = std::size_t{6} << (flags & 7);
    if (!bytes.has(at, size)) damaged("it ends within its palette");
    frame.colours = bytes.from(at, size);
    if (is_grey_ramp(frame.colours)) frame.colours = {};
    at += size;
  };
  if ((bytes[10] & 0x80) != 0) read_colours(bytes[10]);
  while (true) {
    if (!bytes.has(at, 2)) damaged("it has no picture");
    const std::uint8_t kind = bytes[at];
    if (kind == ',') break;
    if (kind == ';') damaged("it has no picture");
    if (kind != '!') {
      ++at;  // as the reference: skips what lies between blocks
      continue;
    }
    const bool control = bytes[at + 1] == 0xf9 && bytes[at + 2] >= 4;
    if (control && (bytes[at + 3] & 1) != 0) frame.transparent = bytes[at + 6];
    at += 2;
    while (bytes[at] != 0) at += std::size_t{1} + bytes[at];
    ++at;
  }
  if (!bytes.has(at, 11)) damaged("it ends within the header");
  frame.left = bytes.little16(at + 1);
  frame.top = bytes.little16(at + 3);
  frame.width = bytes.little16(at + 5);
  frame.height = bytes.little16(at + 7);
  const std::uint8_t flags = bytes[at + 9];
  frame.interlaced = (flags & 0x40) != 0;
  at += 10;
  if ((flags & 0x80) != 0) read_colours(flags);
  frame.code_bits = bytes[at];
  // A frame that reaches over the canvas makes it larger.
  frame.canvas_width = std::max(frame.canvas_width, frame.left + frame.width);
  frame.canvas_height = std::max(frame.canvas_height, frame.top + frame.height);
  return frame;
}

Header read_header(Bytes bytes) {
  const Frame frame = first_frame(bytes);
  Header header;
  header.width = frame.canvas_width;
  header.height = frame.canvas_height;
  return header;
}

struct Decoder {
  explicit Decoder(Bytes all) : bytes(all) {}
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  std::size_t position = 0;
  int error = 0;
  GifFileType* gif = nullptr;
  ~Decoder() {
    if (gif != nullptr) DGifCloseFile(gif, nullptr);
  }
  Bytes bytes;
};

int on_read(GifFileType* gif, GifByteType* to, int count) {
  auto* decoder = static_cast<Decoder*>(gif->UserData);
  const Bytes from = decoder->bytes.from(decoder->position, static_cast<std::size_t>(count));
  if (from.size() != 0) std::memcpy(to, from.data(), from.size());
  decoder->position += from.size();
  return static_cast<int>(from.size());
}

std::string reason(int error) {
  const char* text = GifErrorString(error);
  return text == nullptr ? "its pixels cannot be read" : text;
}

// Goes to the first frame's pixels.
bool find_pixels(GifFileType* gif) {
  while (true) {
    GifRecordType record = UNDEFINED_RECORD_TYPE;
    if (DGifGetRecordType(gif, &record) != GIF_OK) return false;
    if (record == IMAGE_DESC_RECORD_TYPE) return DGifGetImageDesc(gif) == GIF_OK;
    if (record != EXTENSION_RECORD_TYPE) return false;
    int code = 0;
    GifByteType* block = nullptr;
    if (DGifGetExtension(gif, &code, &block) != GIF_OK) return false;
    while (block != nullptr) {
      if (DGifGetExtensionNext(gif, &block) != GIF_OK) return false;
    }
  }
}

// giflib takes any code, even one that the table does not have yet. To the reference such a file is
// damaged; so the codes are gone through once for how many pixels they stand for.
bool has_all_pixels(GifFileType* gif, const Frame& frame) {
  if (frame.code_bits > 8) return false;
  const int clear = 1 << frame.code_bits;
  std::array<std::uint32_t, 4096> lengths;
  std::fill_n(lengths.begin(), clear, 1);
  int next = clear + 2;
  int last = -1;
  for (std::uint64_t pixels = std::uint64_t{frame.width} * frame.height; pixels > 0;) {
    int code = 0;
    if (DGifGetLZCodes(gif, &code) != GIF_OK || code < 0) return false;  // -1: the end
    if (code == clear) {
      next = clear + 2;
      last = -1;
      continue;
    }
    if (last < 0 ? code > clear : code > next) return false;
    if (last >= 0 && next < 4096)
      lengths[static_cast<std::size_t>(next++)] = lengths[static_cast<std::size_t>(last)] + 1;
    pixels -= std::min<std::uint64_t>(pixels, lengths[static_cast<std::size_t>(code)]);
    last = code;
  }
  return true;
}

// Opens the file and goes to the first frame's pixels.
void open(Decoder& decoder, const Frame& frame) {
  decoder.gif = DGifOpen(&decoder, on_read, &decoder.error);
  if (decoder.gif == nullptr) damaged(reason(decoder.error));
  if (!find_pixels(decoder.gif)) damaged(reason(decoder.gif->Error));
  const GifImageDesc& found = decoder.gif->Image;
  if (found.Left != static_cast<int>(frame.left) || found.Top != static_cast<int>(frame.top) ||
      found.Width != static_cast<int>(frame.width) || found.Height != static_cast<int>(frame.height)) {
    damaged("its blocks contradict each other");
  }
}

bool read_rows(GifFileType* gif, const Frame& frame, Raster& raster) {
  const int height = static_cast<int>(frame.height);
  const auto read_every = [&](int first, int step) {
    for (int y = first; y < height; y += step) {
      GifPixelType* to = raster.row(static_cast<int>(frame.top) + y) + frame.left;
      if (DGifGetLine(gif, to, static_cast<int>(frame.width)) != GIF_OK) return false;
    }
    return true;
  };
  if (!frame.interlaced) return read_every(0, 1);
  return read_every(0, 8) && read_every(4, 8) && read_every(2, 4) && read_every(1, 2);
}

Raster decode(Bytes bytes, const Header& header, bool accept_damaged) {
  const Frame frame = first_frame(bytes);
  if (frame.width == 0 || frame.height == 0) damaged("its picture is empty");
  // Ten bits of LZW stand for 4096 pixels at the very most.
  if (!accept_damaged && std::uint64_t{frame.width} * frame.height / 4096 > bytes.size()) damaged("it ends early");
  if (!accept_damaged) {
    Decoder codes(bytes);
    open(codes, frame);
    if (!has_all_pixels(codes.gif, frame)) damaged("its pixels end early, or are no LZW");
  }
  Decoder decoder(bytes);
  open(decoder, frame);
  Raster raster(frame.colours.size() == 0 ? Mode::grey : Mode::palette, static_cast<int>(header.width),
                static_cast<int>(header.height));
  if (raster.mode == Mode::palette) {
    for (std::size_t i = 0; i < frame.colours.size() / 3; ++i) {
      raster.palette[i] = {frame.colours[3 * i], frame.colours[3 * i + 1], frame.colours[3 * i + 2]};
    }
  }
  if (frame.transparent >= 0)
    std::fill(raster.data.begin(), raster.data.end(), static_cast<std::uint8_t>(frame.transparent));
  if (!read_rows(decoder.gif, frame, raster) && !accept_damaged) damaged(reason(decoder.gif->Error));
  return raster;
}

}  // namespace

const Codec gif_codec{"GIF", recognises, read_header, decode};

}  // namespace longclip::image
