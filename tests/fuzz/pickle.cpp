// The machine that reads pickles.
#include <cstddef>
#include <cstdint>

#include <longclip/error.h>

#include "checkpoint/pickle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 1 << 16) return 0;
  const longclip::checkpoint::Source source{"fuzz", {reinterpret_cast<const std::byte*>(data), size}, nullptr};
  longclip::checkpoint::Cursor cursor{source, source.bytes};
  try {
    longclip::checkpoint::read_pickle(cursor);
  } catch (const longclip::InvalidFile&) {
  }
  return 0;
}
