// A checkpoint of any format, from its bytes to CLIP's weights.
#include <cstddef>
#include <cstdint>

#include <longclip/error.h>

#include "checkpoint/clip_weights.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 1 << 16) return 0;
  const longclip::checkpoint::Source source{"fuzz", {reinterpret_cast<const std::byte*>(data), size}, nullptr};
  try {
    const auto checkpoint = longclip::checkpoint::read_checkpoint(source);
    for (const auto& [name, tensor] : checkpoint.tensors) {
      if (is_floating(tensor.dtype)) longclip::checkpoint::to_float(tensor);
    }
    longclip::checkpoint::clip_weights(checkpoint);
  } catch (const longclip::Error&) {
  }
  return 0;
}
