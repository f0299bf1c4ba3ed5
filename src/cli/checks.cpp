#include "cli/checks.h"

#include <cstdint>
#include <limits>
#include <string>

namespace longclip::cli {

CLI::Validator at_least(int least) {
  constexpr std::uint64_t kLargest = std::numeric_limits<std::int64_t>::max();
  const auto check = [least](const std::string& value) -> std::string {
    std::int64_t number = 0;
    if (CLI::detail::lexical_cast(value, number) && number >= least) return "";
    // Seeds have all 64 bits. Of a negative number, the parser would make a large one.
    std::uint64_t large = 0;
    if (!value.starts_with('-') && CLI::detail::lexical_cast(value, large) && large > kLargest) return "";
    return "must be a whole number of at least " + std::to_string(least) + ", not " + value;
  };
  return CLI::Validator(check, "");
}

CLI::Validator a_file_name() {
  return CLI::Validator([](const std::string& value) { return std::string(value.empty() ? "must name a file" : ""); },
                        "");
}

}  // namespace longclip::cli
