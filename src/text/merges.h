#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "text/byte_pairs.h"

namespace longclip::text {

// Whether the bytes may be a merges file: gzip, or text.
bool looks_like_merges(std::span<const std::byte> file) noexcept;

// Reads CLIP's merges, gzip or text: a header line, then "left right" a line, of which the first
// 48,894 count. Bytes stand as in GPT-2's vocabulary (the space as U+0120), and "</w>" ends a piece.
// `name` stands for the file in errors. Throws InvalidFile.
std::vector<BytePairs::Merge> read_merges(std::span<const std::byte> file, const std::string& name);

}  // namespace longclip::text
