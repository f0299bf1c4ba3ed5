#include "cli/standard_input.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>

#include <longclip/error.h>

#include "cli/interrupt.h"
#include "cli/usage_error.h"

namespace longclip::cli {

std::vector<std::byte> read_standard_input() {
  std::vector<std::byte> bytes;
  char buffer[1 << 16];
  while (std::cin.read(buffer, sizeof buffer), std::cin.gcount() > 0) {
    const auto* begin = reinterpret_cast<const std::byte*>(buffer);
    bytes.insert(bytes.end(), begin, begin + std::cin.gcount());
  }
  stop_if_interrupted();  // which ends standard input, too
  if (standard_input_failed()) throw InvalidFile(std::string("standard input cannot be read: ") + std::strerror(errno));
  return bytes;
}

// std::cin reads by way of stdin, and takes a failure for the end.
bool standard_input_failed() { return std::ferror(stdin) != 0; }

void check_standard_input(std::initializer_list<const std::vector<std::string>*> arguments) {
  std::ptrdiff_t named = 0;
  for (const auto* list : arguments) {
    named += std::count_if(list->begin(), list->end(), [](const auto& argument) {
      return argument == kStandardInput || argument == std::string("@") + kStandardInput;
    });
  }
  if (named > 1) throw UsageError("standard input (-) is named twice, and can be read once only");
}

}  // namespace longclip::cli
