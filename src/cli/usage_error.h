#pragma once

#include <stdexcept>

namespace longclip::cli {

// Wrong use that the parser cannot see by itself: exit code 2, and a hint to --help.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace longclip::cli
