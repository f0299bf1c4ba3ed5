#pragma once

#include <cstddef>
#include <span>

#include "checkpoint/tensor_file.h"

namespace longclip::checkpoint {

// Strict: what the format's own description asks for is checked, duplicate keys included.
TensorFile read_safetensors(const Source& source);

// Whether it begins as such a file does: the header's length, then '{'.
bool is_safetensors(std::span<const std::byte> bytes) noexcept;

}  // namespace longclip::checkpoint
