#pragma once

#include <filesystem>

namespace longclip::cli {

// Throws InvalidFile if no file can be made or replaced at `path`: known before the work, not
// after it.
void check_output(const std::filesystem::path& path);

}  // namespace longclip::cli
