#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "text/implementation.h"

namespace longclip::text {

// CLIP's tokenizer from its merges (merges.h). Throws InvalidFile.
std::shared_ptr<const Tokenizer::Implementation> read_clip_tokenizer(std::span<const std::byte> file,
                                                                     const std::string& name);

}  // namespace longclip::text
