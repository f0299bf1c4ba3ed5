#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

namespace longclip::cli {

// The argument that stands for standard input.
inline constexpr const char* kStandardInput = "-";

std::vector<std::byte> read_standard_input();

// Throws UsageError if standard input is named more than once, as it can be read once only.
void check_standard_input(std::initializer_list<const std::vector<std::string>*> arguments);

}  // namespace longclip::cli
