#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <longclip/export.h>

namespace longclip {

struct ImageOptions {
  // Turn and mirror the picture as its EXIF tag says. The reference ignores the tag, but for that of a TIFF,
  // which is part of the format and always followed.
  bool honour_orientation = false;
  // Take a truncated or damaged file, its missing part filled by the decoder. Else an error. (A
  // truncated WebP is one in any case, as is a file whose header is gone.)
  bool accept_damaged = false;
  // Let the JPEG decoder give a half, a quarter or an eighth of the picture's size, as long as the shorter side stays
  // at least twice as long as the model takes. Large photos are read faster, but the pixels are not the reference's.
  // Image::pixels() is not affected.
  bool scaled_decoding = false;
  // Largest width * height that is decoded; checked on the header, before any pixel.
  std::uint64_t max_pixels = 178956970;
};

enum class PixelFormat { rgb, bgr, rgba, bgra, grey };

// Pixels in memory, 8 bits a channel, not owned.
struct PixelView {
  const std::uint8_t* data = nullptr;
  int width = 0;
  int height = 0;
  PixelFormat format = PixelFormat::rgb;
  std::ptrdiff_t stride = 0;  // bytes from a row to the next; 0: rows lie close
};

// A picture as a model takes it. JPEG, PNG, WebP, BMP, TIFF, and the first frame of GIF.
//
// read() and decode() look at the header at once and keep the encoded bytes; pixels are decoded
// where they are needed, on the encoder's threads, so a thousand photos cost their files' size.
// Immutable and cheap to copy; safe to use from several threads.
class LONGCLIP_EXPORT Image {
 public:
  // Reads a file. Throws InvalidFile: missing, not a picture of a known format, over max_pixels.
  static Image read(const std::filesystem::path& path, const ImageOptions& options = {});

  // Takes a file's bytes from memory (copied). `name` stands for it in errors.
  static Image decode(std::span<const std::byte> bytes, const ImageOptions& options = {},
                      std::string name = "image in memory");

  // Takes pixels (copied). Throws InvalidInput for sizes below 1, a stride shorter than a row, or
  // more than there is memory.
  static Image from_pixels(const PixelView& view);

  // Copies share what they hold. There is no move: it would leave an image without one.
  Image(const Image&) = default;
  Image& operator=(const Image&) = default;

  int width() const noexcept;  // pixels, as stored (before any EXIF turn; after that of a TIFF)
  int height() const noexcept;
  const std::string& name() const noexcept;  // the path, or what decode() was given

  // The reference's preprocessing (torchvision on Pillow): shorter side to `size` (bicubic,
  // antialiased), centre crop, RGB. size x size x 3 bytes, rows from the top.
  // Throws InvalidFile if the picture proves to be damaged.
  std::vector<std::uint8_t> preprocessed(int size) const;

  // The whole picture as RGB, width x height x 3 bytes (after the EXIF turn, if asked for).
  struct Pixels {
    int width;
    int height;
    std::vector<std::uint8_t> rgb;
  };
  Pixels pixels() const;

  class Source;  // private to the library

 private:
  explicit Image(std::shared_ptr<const Source> source);
  std::shared_ptr<const Source> source_;
};

}  // namespace longclip
