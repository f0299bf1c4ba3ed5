#include "cli/failures.h"

namespace longclip::cli {

void Failures::add(const std::string& name, const std::string& reason) {
  console_.report(reason.starts_with(name) ? reason : name + ": " + reason);
  failures_.push_back({name, reason});
}

Json Failures::json() const {
  Json list = Json::array();
  for (const auto& failure : failures_) list.push_back({{"name", failure.name}, {"reason", failure.reason}});
  return list;
}

}  // namespace longclip::cli
