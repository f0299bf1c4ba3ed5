#pragma once

#include <filesystem>
#include <vector>

namespace longclip::hub {

// The folders of packages that may be installed with a library or program that lies in `binary`:
// ../share/longclip/models from its folder, and ../../share/longclip/models where that folder has
// a level more (lib/x86_64-linux-gnu).
std::vector<std::filesystem::path> installed_models(const std::filesystem::path& binary);

}  // namespace longclip::hub
