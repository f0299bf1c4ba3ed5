#pragma once

#include <CLI/CLI.hpp>

namespace longclip::cli {

// A whole number that is not smaller than `least`, for options that count.
CLI::Validator at_least(int least);

// A name that is not empty, for options that name a file or folder: what a script's unset variable
// gives is no name.
CLI::Validator a_file_name();

}  // namespace longclip::cli
