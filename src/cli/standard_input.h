#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

namespace longclip::cli {

// The argument that stands for standard input.
inline constexpr const char* kStandardInput = "-";

// Throws InvalidFile if it cannot be read.
std::vector<std::byte> read_standard_input();

// True if standard input ended because it could not be read, with errno set by that.
bool standard_input_failed();

// Throws UsageError if standard input is named more than once, as it can be read once only.
void check_standard_input(std::initializer_list<const std::vector<std::string>*> arguments);

}  // namespace longclip::cli
