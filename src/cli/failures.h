#pragma once

#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/json.h"

namespace longclip::cli {

// The inputs that could not be used: reported as they are met, kept for the summary.
class Failures {
 public:
  explicit Failures(Console& console) : console_(console) {}

  // `reason` is what an Error said; the name at its beginning is no part of the reason.
  void add(const std::string& name, std::string reason);

  bool empty() const noexcept { return failures_.empty(); }
  std::size_t size() const noexcept { return failures_.size(); }
  Json json() const;  // [{"name", "reason"}]

 private:
  struct Failure {
    std::string name;
    std::string reason;
  };
  Console& console_;
  std::vector<Failure> failures_;
};

}  // namespace longclip::cli
