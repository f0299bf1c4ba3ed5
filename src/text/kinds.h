#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "text/implementation.h"

namespace longclip::text {

// A tokenizer from a file's bytes, its kind told by the content. `name` stands for the file in
// errors. Throws InvalidFile.
Tokenizer read_tokenizer(std::span<const std::byte> file, const std::string& name);

}  // namespace longclip::text
