// Any bytes are a tokenizer or an InvalidFile, and a tokenizer takes a text.
#include <cstddef>
#include <cstdint>
#include <span>

#include <longclip/error.h>

#include "text/kinds.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t longest = 1 << 16;
  if (size > longest) return 0;
  try {
    const auto tokenizer = longclip::text::read_tokenizer(std::as_bytes(std::span(data, size)), "fuzz");
    tokenizer.decode(tokenizer.encode("a man \xEF\xBC\xA1 crosses caf\xC3\xA9 <mask> ab aab\xF0\x9F\x98\x80"));
  } catch (const longclip::Error&) {
  }
  return 0;
}
