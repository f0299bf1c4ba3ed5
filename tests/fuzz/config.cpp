#include <cstddef>
#include <cstdint>

#include <optional>

#include <longclip/error.h>

#include "package/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 1 << 16) return 0;
  std::optional<longclip::package::Config> config;
  try {
    config = longclip::package::parse_config({reinterpret_cast<const char*>(data), size}, "config.json");
  } catch (const longclip::Error&) {
  }
  // What we write, we read: an error here is found.
  if (config) longclip::package::parse_config(longclip::package::to_text(*config), "written");
  return 0;
}
