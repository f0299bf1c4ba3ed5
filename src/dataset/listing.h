#pragma once

#include <filesystem>
#include <vector>

namespace longclip::dataset {

// What lies in a folder, hidden names left out, in the order of the names' bytes. Throws InvalidFile
// if it cannot be searched.
std::vector<std::filesystem::path> list_folder(const std::filesystem::path& folder);

}  // namespace longclip::dataset
