// The reader of NumPy files.
#include <longclip/error.h>

#include "matrix/npy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 1 << 16) return 0;
  try {
    longclip::matrix::read_npy({reinterpret_cast<const std::byte*>(data), size});
  } catch (const longclip::InvalidFile&) {
  }
  return 0;
}
