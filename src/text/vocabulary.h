#pragma once

#include <cstddef>
#include <span>

namespace longclip::text {

// CLIP's vocabulary as OpenAI published it: bpe_simple_vocab_16e6.txt.gz, byte for byte. It lies
// inside the library; packages get a copy.
std::span<const std::byte> clip_vocabulary() noexcept;

}  // namespace longclip::text
