#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "image/bytes.h"
#include "image/raster.h"
#include "image/row_source.h"

namespace longclip::image {

// Why a file cannot be decoded, without its name: image.cpp adds that.
class CodecError : public std::runtime_error {
 public:
  enum class Kind { damaged, unsupported };
  CodecError(Kind kind, const std::string& reason) : std::runtime_error(reason), kind_(kind) {}
  Kind kind() const noexcept { return kind_; }

 private:
  Kind kind_;
};

[[noreturn]] inline void damaged(const std::string& reason) { throw CodecError(CodecError::Kind::damaged, reason); }
[[noreturn]] inline void unsupported(const std::string& reason) {
  throw CodecError(CodecError::Kind::unsupported, reason);
}

struct Header {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  int orientation = 1;  // EXIF's
};

struct Decoding {
  bool accept_damaged = false;
  // The codec may decode the picture at a half, a quarter or an eighth of its size, as long as the shorter side
  // keeps so many pixels. 0: at its own.
  int at_least = 0;
};

// One file format: a row of the table in codec.cpp.
//
// The codec libraries are called by themselves, not through cv::imdecode(), wherever OpenCV 4.6
// breaks a promise of this library: it lets libjpeg and libpng write to standard error, fills what a
// truncated JPEG lacks without a word, gives libtiff handlers for the whole process, and differs
// from the reference in 16-bit BMP. It keeps them for WebP (webp.cpp).
struct Codec {
  std::string_view name;
  bool (*recognises)(Bytes bytes);  // by the first bytes
  // Reads no further than it must and decodes nothing. Width and height are what decode() gives.
  // Throws CodecError.
  Header (*read_header)(Bytes bytes);
  // Throws CodecError; if `accept_damaged`, what is missing stays 0 or as the codec fills it.
  Raster (*decode)(Bytes bytes, const Header& header, bool accept_damaged);
  bool takes_damaged = true;  // false: accept_damaged changes nothing
  // The same row by row. Throws CodecError. Null: there is no such way.
  std::unique_ptr<RowSource> (*open)(Bytes bytes, const Header& header, const Decoding& decoding) = nullptr;
};

// The format of these bytes, or null.
const Codec* find_codec(Bytes bytes);

extern const Codec jpeg_codec;
extern const Codec png_codec;
extern const Codec webp_codec;
extern const Codec bmp_codec;
extern const Codec tiff_codec;
extern const Codec gif_codec;

}  // namespace longclip::image
