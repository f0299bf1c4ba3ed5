// Any bytes are a text or an InvalidInput; a text's ids have a text.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <longclip/error.h>
#include <longclip/tokenizer.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t longest = 4096;
  if (size > longest) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const longclip::Tokenizer tokenizer = longclip::Tokenizer::clip();
  try {
    tokenizer.decode(tokenizer.encode(text, longclip::SpecialTokens::plain));
    tokenizer.decode(tokenizer.encode(text));
    tokenizer.count(tokenizer.clean(text));  // throws if what was cleaned is no UTF-8
  } catch (const longclip::InvalidInput&) {
  }
  return 0;
}
