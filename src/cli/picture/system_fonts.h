#pragma once

#include <filesystem>
#include <vector>

#include "cli/picture/font.h"

namespace longclip::cli::picture {

// Files of installed sans serif fonts of this weight, best first, looked for where Linux keeps
// fonts. A later one serves for the characters that those before it lack.
std::vector<std::filesystem::path> system_fonts(Weight weight);

}  // namespace longclip::cli::picture
