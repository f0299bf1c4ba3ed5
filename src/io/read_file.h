#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace longclip::io {

// A file's first `limit` bytes (all, if it has fewer), copied: what happens to the file later does
// not matter. Throws InvalidFile with the system's reason: missing, a folder, no permission.
std::vector<std::byte> read_file(const std::filesystem::path& path, std::size_t limit = SIZE_MAX);

}  // namespace longclip::io
