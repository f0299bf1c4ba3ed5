#include <longclip/fetch.h>

#include <longclip/convert.h>
#include <longclip/error.h>

#include "fetch/fetch_package.h"

namespace longclip {

std::filesystem::path fetch(const std::string& name, const FetchOptions& options) {
  std::string names;
  for (const auto& model : published_models()) {
    if (model.name == name) {
      return hub::fetch_package(model, options, [](const auto& checkpoint, const auto& package, const auto& how) {
        convert(checkpoint, package, how);
      });
    }
    names += (names.empty() ? "" : ", ") + model.name;
  }
  throw InvalidInput("'" + name + "' is no published model: there are " + names);
}

}  // namespace longclip
