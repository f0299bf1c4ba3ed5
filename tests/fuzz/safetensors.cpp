// The reader of safetensors, and the elements that it lets through.
#include <cstddef>
#include <cstdint>

#include <longclip/error.h>

#include "checkpoint/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 1 << 16) return 0;
  const longclip::checkpoint::Source source{"fuzz", {reinterpret_cast<const std::byte*>(data), size}, nullptr};
  try {
    const auto file = longclip::checkpoint::read_safetensors(source);
    for (const auto& [name, tensor] : file.tensors) {
      if (is_floating(tensor.dtype)) longclip::checkpoint::to_float(tensor);
    }
  } catch (const longclip::InvalidFile&) {
  }
  return 0;
}
