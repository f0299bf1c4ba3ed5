#pragma once

#include <CLI/CLI.hpp>

namespace longclip::cli {

// A whole number that is not smaller than `least`, for options that count.
CLI::Validator at_least(int least);

}  // namespace longclip::cli
