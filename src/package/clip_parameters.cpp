#include "package/clip_parameters.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>

#include <longclip/error.h>

#include "checkpoint/source.h"
#include "checkpoint/zip.h"

namespace longclip::package {
namespace {

using checkpoint::Tensor;

bool fits(const Tensor& tensor, const tower::Parameter& parameter) {
  return tensor.shape == parameter.shape && is_floating(tensor.dtype);
}

// Adds to a score what keeps a token from seeing those behind it, as the towers do.
bool is_causal_mask(const Tensor& tensor, std::int64_t context) {
  if (!is_floating(tensor.dtype) || tensor.shape != std::vector<std::int64_t>{context, context}) return false;
  const std::vector<float> values = checkpoint::to_float(tensor);
  const auto size = static_cast<std::size_t>(context);
  for (std::size_t row = 0; row < size; ++row) {
    for (std::size_t column = 0; column < size; ++column) {
      const float value = values[row * size + column];
      if (column > row ? !(std::isinf(value) && value < 0) : value != 0) return false;
    }
  }
  return true;
}

std::set<std::string> names_of_both_towers(const Architecture& architecture) {
  std::set<std::string> names;
  for (const auto& parameter : tower::vision_parameters(architecture)) names.insert(parameter.name);
  for (const auto& parameter : tower::text_parameters(architecture)) names.insert(parameter.name);
  return names;
}

// Whether a CLIP of that context computes the same without what is no parameter of its towers.
bool changes_nothing(const std::string& name, const Tensor& tensor, std::int64_t context) {
  if (!is_floating(tensor.dtype) || name == "logit_scale") return true;
  return (name == "attn_mask" || name.ends_with(".attn_mask")) && is_causal_mask(tensor, context);
}

}  // namespace

std::optional<checkpoint::Checkpoint> clip_parameters(const std::filesystem::path& file,
                                                      const Architecture& architecture,
                                                      const std::vector<tower::Parameter>& parameters,
                                                      std::string& why_not) {
  const checkpoint::Source source = checkpoint::open_source(file);
  const bool is_archive = checkpoint::Zip::is_zip(source.bytes);
  if (is_archive) checkpoint::Zip{source};  // throws if it is damaged
  std::optional<checkpoint::Checkpoint> checkpoint;
  try {
    checkpoint = checkpoint::read_checkpoint(source);
  } catch (const InvalidFile& error) {
    if (!is_archive) throw;
    // TorchScript can hold more than plain tensors.
    const std::string reason = error.what();
    why_not = "it is not plain data (" + reason.substr(std::min(reason.size(), source.name.size() + 2)) + ")";
    return {};
  }
  for (const auto& parameter : parameters) {
    const auto found = checkpoint->tensors.find(parameter.name);
    if (found != checkpoint->tensors.end() && fits(found->second, parameter)) continue;
    why_not = "it does not carry CLIP's parameters by their names (" + parameter.name + " is " +
              (found == checkpoint->tensors.end() ? "missing)" : "of another shape or type)");
    return {};
  }
  const std::set<std::string> known = names_of_both_towers(architecture);
  for (const auto& [name, tensor] : checkpoint->tensors) {
    if (known.contains(name) || changes_nothing(name, tensor, architecture.context_length)) continue;
    why_not = "it has parameters beside CLIP's (" + name + ")";
    return {};
  }
  return checkpoint;
}

}  // namespace longclip::package
