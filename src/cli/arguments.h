#pragma once

#include <CLI/CLI.hpp>

namespace longclip::cli {

// Parses the arguments of main(), each of them as it stands: to CLI11 "[a, b]" would be a list of
// two, and "++" the end of a command, where either may be a text or a file's name. Throws
// CLI::ParseError.
void parse(CLI::App& program, int argc, char** argv);

}  // namespace longclip::cli
