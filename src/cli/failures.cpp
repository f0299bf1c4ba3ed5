#include "cli/failures.h"

#include <utility>

#include <longclip/error.h>

namespace longclip::cli {

void Failures::add(const std::string& name, std::string reason) {
  const std::string prefix = Error(name + ": ").what();  // as an Error shows the name
  if (reason.starts_with(prefix)) reason.erase(0, prefix.size());
  console_.report(name + ": " + reason);
  failures_.push_back({name, std::move(reason)});
}

Json Failures::json() const {
  Json list = Json::array();
  for (const auto& failure : failures_) list.push_back({{"name", failure.name}, {"reason", failure.reason}});
  return list;
}

}  // namespace longclip::cli
