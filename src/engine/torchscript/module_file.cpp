#include "engine/torchscript/module_file.h"

#include <longclip/error.h>

#include "tower/scalar_type.h"
#include "tower/torch_call.h"

namespace longclip::engine::torchscript {
namespace {

bool has_suffix(const std::string& text, const char* suffix) { return text.ends_with(suffix); }

// Vectors that stay float32 at every precision, as tower/architecture.h has them. Names, not
// positions in a list, so that modules exported elsewhere are served too.
bool stays_float(const std::string& name) {
  return name.find("ln_") != std::string::npos || has_suffix(name, "positional_embedding") ||
         has_suffix(name, "class_embedding") || has_suffix(name, "token_embedding.weight");
}

}  // namespace

LoadedModule load_module(const std::filesystem::path& path, const c10::Device& device, Precision precision) {
  return tower::torch_call<InvalidFile>(path.string(), [&] {
    torch::jit::Module module = torch::jit::load(path.string(), device);
    module.eval();
    if (!module.find_method("forward")) throw InvalidFile("has no method forward");
    LoadedModule loaded{module, device, {}};
    loaded.info.engine = "torchscript";
    loaded.info.precision = precision;
    const c10::InferenceMode inference;
    for (const auto& parameter : module.named_parameters()) {
      loaded.info.parameters += static_cast<std::uint64_t>(parameter.value.numel());
      if (!parameter.value.is_floating_point()) continue;
      const at::ScalarType wanted = stays_float(parameter.name) ? at::kFloat : tower::scalar_type(precision);
      if (parameter.value.scalar_type() != wanted) parameter.value.set_data(parameter.value.to(wanted));
    }
    return loaded;
  });
}

}  // namespace longclip::engine::torchscript
