// The readers of captions files, each format as it is told by the content and as if it were given.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <longclip/error.h>

#include "dataset/format.h"
#include "dataset/parse.h"
#include "dataset/urban1k.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 1 << 16) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto read = [&](const char* format) {
    longclip::DatasetOptions options;
    options.format = format;
    options.images = "pictures";
    try {
      longclip::dataset::parse_dataset(bytes, "captions", options);
    } catch (const longclip::Error&) {
    }
  };
  read("");
  for (const auto& format : longclip::dataset::formats()) read(format.name);
  try {
    longclip::dataset::urban1k_caption(bytes, "1.txt");
  } catch (const longclip::InvalidFile&) {
  }
  return 0;
}
