#include <cstddef>
#include <cstdint>

#include <longclip/error.h>

#include "package/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 1 << 16) return 0;
  try {
    const auto config = longclip::package::parse_config({reinterpret_cast<const char*>(data), size}, "config.json");
    longclip::package::parse_config(longclip::package::to_text(config), "written");  // what we write, we read
  } catch (const longclip::Error&) {
  }
  return 0;
}
