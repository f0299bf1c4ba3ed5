#include "cli/checks.h"

#include <cstdint>
#include <string>

namespace longclip::cli {

CLI::Validator at_least(int least) {
  const auto check = [least](const std::string& value) -> std::string {
    std::int64_t number = 0;
    if (CLI::detail::lexical_cast(value, number) && number >= least) return "";
    return "must be a whole number of at least " + std::to_string(least) + ", not " + value;
  };
  return CLI::Validator(check, "");
}

CLI::Validator a_file_name() {
  return CLI::Validator([](const std::string& value) { return std::string(value.empty() ? "must name a file" : ""); },
                        "");
}

}  // namespace longclip::cli
