#pragma once

#include <string>

#include <longclip/convert.h>

#include "package/config.h"

namespace longclip::package {

// README.md of a package that convert() made: source and its hash, what was stretched, sizes.
std::string model_card(const Config& config, const Inspection& source);

}  // namespace longclip::package
