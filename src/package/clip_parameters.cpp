#include "package/clip_parameters.h"

#include <algorithm>

#include <longclip/error.h>

namespace longclip::package {

std::optional<checkpoint::Checkpoint> clip_parameters(const std::filesystem::path& file,
                                                      const std::vector<tower::Parameter>& parameters) {
  std::optional<checkpoint::Checkpoint> checkpoint;
  try {
    checkpoint = checkpoint::read_checkpoint(file);
  } catch (const UnsupportedModel&) {  // of parts that no checkpoint has
    return {};
  }
  const auto& tensors = checkpoint->tensors;
  const bool all = std::all_of(parameters.begin(), parameters.end(), [&](const tower::Parameter& parameter) {
    const auto found = tensors.find(parameter.name);
    return found != tensors.end() && found->second.shape == parameter.shape && is_floating(found->second.dtype);
  });
  if (!all || tensors.size() != parameters.size()) return {};
  return checkpoint;
}

}  // namespace longclip::package
