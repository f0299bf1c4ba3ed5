#include <algorithm>
#include <array>
#include <bit>

#include "image/codec.h"

// OpenCV's reader of BMP prints what it finds wrong and spreads 16-bit colours differently from the
// reference; there is no library for the format alone.

namespace longclip::image {
namespace {

enum Compression : std::uint32_t { kPlain = 0, kRle8 = 1, kRle4 = 2, kBitfields = 3 };

struct Layout {
  std::uint32_t width = 0, height = 0;
  bool top_down = false;
  std::uint32_t bits = 0;
  std::uint32_t compression = kPlain;
  std::array<std::uint32_t, 4> masks{};  // red, green, blue, alpha; of 16 and 32 bits
  Bytes colours;
  std::size_t colour_bytes = 4;  // blue, green, red and, mostly, one unused
  std::size_t pixels = 0;        // their offset in the file
};

bool recognises(Bytes bytes) {
  const std::uint32_t header = bytes.little32(14);
  return bytes.matches(0, "BM") && header >= 12 && header <= 124;
}

Layout read_layout(Bytes bytes) {
  Layout layout;
  const std::uint32_t header = bytes.little32(14);
  if (!bytes.has(14, header)) damaged("it ends within the header");
  std::uint32_t colours = 0;
  std::size_t after_header = std::size_t{14} + header;
  if (header == 12) {  // of OS/2 1.x
    layout.width = bytes.little16(18);
    layout.height = bytes.little16(20);
    layout.bits = bytes.little16(24);
    layout.colour_bytes = 3;
  } else if (header >= 40) {
    layout.width = bytes.little32(18);
    layout.height = bytes.little32(22);
    layout.bits = bytes.little16(28);
    layout.compression = bytes.little32(30);
    colours = bytes.little32(46);
    if (layout.height > INT32_MAX) {
      layout.top_down = true;
      layout.height = 0U - layout.height;
    }
  } else {
    unsupported("BMP with a header of " + std::to_string(header) + " bytes; save it again with another program");
  }
  if (layout.compression == kBitfields) {
    // The reference knows alpha in 32 bits only.
    const std::size_t masks = header >= 56 && layout.bits == 32 ? 4 : 3;
    for (std::size_t i = 0; i < masks; ++i) layout.masks[i] = bytes.little32(54 + 4 * i);
    if (header == 40) after_header += 12;
    if (layout.bits == 32 && layout.masks == std::array<std::uint32_t, 4>{}) {
      layout.masks = {0xff0000, 0xff00, 0xff, 0xff000000};
    }
  } else if (layout.bits == 16) {
    layout.masks = {0x7c00, 0x3e0, 0x1f, 0};
  } else if (layout.bits == 32) {
    layout.masks = {0xff0000, 0xff00, 0xff, 0};
  }
  const bool known =
      (layout.compression == kPlain && std::has_single_bit(layout.bits) && layout.bits != 2 && layout.bits <= 32) ||
      (layout.compression == kPlain && layout.bits == 24) || (layout.compression == kRle8 && layout.bits == 8) ||
      (layout.compression == kRle4 && layout.bits == 4) ||
      (layout.compression == kBitfields && (layout.bits == 16 || layout.bits == 24 || layout.bits == 32));
  if (!known) {
    unsupported("BMP of " + std::to_string(layout.bits) + " bits, compression " + std::to_string(layout.compression) +
                "; save it with 24 bits, uncompressed");
  }
  if (layout.bits <= 8) {
    if (colours == 0 || colours > 256) colours = 1U << layout.bits;
    layout.colours = bytes.from(after_header, colours * layout.colour_bytes);
    after_header += colours * layout.colour_bytes;
  }
  layout.pixels = bytes.little32(10);
  if (layout.pixels == 0) layout.pixels = after_header;
  return layout;
}

Header read_header(Bytes bytes) {
  const Layout layout = read_layout(bytes);
  Header header;
  header.width = layout.width;
  header.height = layout.height;
  return header;
}

Palette palette(const Layout& layout) {
  Palette palette{};
  for (std::size_t i = 0; i < std::min<std::size_t>(256, layout.colours.size() / layout.colour_bytes); ++i) {
    const std::size_t at = i * layout.colour_bytes;
    palette[i] = {layout.colours[at + 2], layout.colours[at + 1], layout.colours[at]};
  }
  return palette;
}

bool is_grey_ramp(const Layout& layout) {
  const std::size_t size = layout.colours.size() / layout.colour_bytes * layout.colour_bytes;
  for (std::size_t i = 0; i < size; ++i) {
    if (i % layout.colour_bytes < 3 && layout.colours[i] != i / layout.colour_bytes) return false;
  }
  return size > 2 * layout.colour_bytes;
}

Mode mode(const Layout& layout) {
  // A ramp of greys is no palette to the reference: it resizes such a picture as a grey one.
  if (layout.bits == 8 && is_grey_ramp(layout)) return Mode::grey;
  if (layout.bits <= 8) return Mode::palette;
  return layout.masks[3] != 0 ? Mode::rgba : Mode::rgb;
}

std::size_t stride(const Layout& layout) { return (std::size_t{layout.width} * layout.bits + 31) / 32 * 4; }

// Bits of a pixel to 8 bits, as the reference scales them.
struct Field {
  explicit Field(std::uint32_t mask) : shift(std::countr_zero(mask | 0x80000000U)), max(mask >> shift) {}
  std::uint8_t operator()(std::uint32_t pixel) const {
    const std::uint64_t value = pixel >> shift & max;
    return static_cast<std::uint8_t>(max == 0 ? 0 : max == 255 ? value : value * 255 / max);
  }
  int shift;
  std::uint32_t max;
};

void unpack_row(const Layout& layout, Bytes from, std::uint8_t* to) {
  const std::size_t width = layout.width;
  if (layout.bits <= 8) {
    const unsigned mask = (1U << layout.bits) - 1;
    for (std::size_t x = 0; x < width; ++x) {
      const std::size_t bit = x * layout.bits;
      to[x] = static_cast<std::uint8_t>(from[bit / 8] >> (8 - layout.bits - bit % 8) & mask);
    }
  } else if (layout.bits == 24) {
    for (std::size_t x = 0; x < width; ++x) {
      for (std::size_t c = 0; c < 3; ++c) to[3 * x + c] = from[3 * x + 2 - c];
    }
  } else {
    const std::array<Field, 4> fields{Field(layout.masks[0]), Field(layout.masks[1]), Field(layout.masks[2]),
                                      Field(layout.masks[3])};
    const std::size_t count = layout.masks[3] != 0 ? 4 : 3;
    for (std::size_t x = 0; x < width; ++x) {
      const std::uint32_t pixel = layout.bits == 16 ? from.little16(2 * x) : from.little32(4 * x);
      for (std::size_t c = 0; c < count; ++c) *to++ = fields[c](pixel);
    }
  }
}

// Runs of indices, row after row. False if the stream ends before the picture does.
bool unpack_runs(Bytes from, bool four_bits, Raster& raster) {
  const std::size_t width = static_cast<std::size_t>(raster.width);
  std::vector<std::uint8_t>& to = raster.data;
  std::size_t done = 0;  // pixels; what is skipped stays 0
  std::size_t x = 0;
  const auto index = [&](std::uint8_t byte, std::size_t i) {
    return static_cast<std::uint8_t>(!four_bits ? byte : i % 2 == 0 ? byte >> 4 : byte & 15);
  };
  for (std::size_t at = 0; done < to.size();) {
    if (!from.has(at, 2)) return false;
    const std::size_t count = from[at];
    const std::uint8_t byte = from[at + 1];
    at += 2;
    if (count > 0) {
      const std::size_t fits = std::min(count, width - x);
      for (std::size_t i = 0; i < fits; ++i) to[done++] = index(byte, i);
      x += fits;
    } else if (byte == 0) {
      done += (width - done % width) % width;
      x = 0;
    } else if (byte == 1) {
      return false;
    } else if (byte == 2) {
      if (!from.has(at, 2)) return false;
      done += std::min(to.size() - done, from[at] + from[at + 1] * width);
      x = done % width;
      at += 2;
    } else {
      const std::size_t pixels = std::min<std::size_t>(byte, to.size() - done);
      const std::size_t bytes = four_bits ? (pixels + 1) / 2 : pixels;
      if (!from.has(at, bytes)) return false;
      for (std::size_t i = 0; i < pixels; ++i) to[done++] = index(from[at + (four_bits ? i / 2 : i)], i);
      x = std::min(x + byte, width);
      at += bytes + bytes % 2;
    }
  }
  return true;
}

Raster decode(Bytes bytes, const Header& header, bool accept_damaged) {
  const Layout layout = read_layout(bytes);
  const Bytes from = bytes.from(layout.pixels);
  const bool runs = layout.compression == kRle8 || layout.compression == kRle4;
  if (!runs && !accept_damaged && from.size() / stride(layout) < layout.height) damaged("it ends early");
  Raster raster(mode(layout), static_cast<int>(header.width), static_cast<int>(header.height));
  if (raster.mode == Mode::palette) raster.palette = palette(layout);
  if (runs) {
    if (!unpack_runs(from, layout.compression == kRle4, raster) && !accept_damaged) damaged("it ends early");
  } else {
    for (int y = 0; y < raster.height; ++y) {
      unpack_row(layout, from.from(static_cast<std::size_t>(y) * stride(layout), stride(layout)), raster.row(y));
    }
  }
  if (layout.top_down) return raster;
  return oriented(raster, 4);  // mirrored: the first row is the lowest
}

}  // namespace

const Codec bmp_codec{"BMP", recognises, read_header, decode};

}  // namespace longclip::image
