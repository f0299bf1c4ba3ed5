// A picture of any format: its header, then its pixels if there are few.
#include <cstddef>
#include <cstdint>
#include <span>

#include <longclip/error.h>
#include <longclip/image.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 1 << 16) return 0;
  for (const unsigned choice : {0U, 1U, 2U, 3U}) {
    try {
      longclip::ImageOptions options;
      options.accept_damaged = (choice & 1U) != 0;
      options.scaled_decoding = (choice & 2U) != 0;
      options.honour_orientation = true;
      options.max_pixels = 1 << 16;
      longclip::Image::decode(std::as_bytes(std::span(data, size)), options).preprocessed(8);
    } catch (const longclip::InvalidFile&) {
    }
  }
  return 0;
}
