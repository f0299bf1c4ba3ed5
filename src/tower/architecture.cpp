#include "tower/architecture.h"

namespace longclip::tower {
namespace {

void append_blocks(std::vector<Parameter>& parameters, const std::string& prefix, const Architecture::Tower& tower) {
  const std::int64_t width = tower.width;
  const std::int64_t mlp = tower.mlp;
  for (int layer = 0; layer < tower.layers; ++layer) {
    const std::string block = prefix + "resblocks." + std::to_string(layer) + ".";
    parameters.push_back({block + "ln_1.weight", {width}});
    parameters.push_back({block + "ln_1.bias", {width}});
    parameters.push_back({block + "attn.in_proj_weight", {3 * width, width}, true});
    parameters.push_back({block + "attn.in_proj_bias", {3 * width}, true});
    parameters.push_back({block + "attn.out_proj.weight", {width, width}, true});
    parameters.push_back({block + "attn.out_proj.bias", {width}, true});
    parameters.push_back({block + "ln_2.weight", {width}});
    parameters.push_back({block + "ln_2.bias", {width}});
    parameters.push_back({block + "mlp.c_fc.weight", {mlp, width}, true});
    parameters.push_back({block + "mlp.c_fc.bias", {mlp}, true});
    parameters.push_back({block + "mlp.c_proj.weight", {width, mlp}, true});
    parameters.push_back({block + "mlp.c_proj.bias", {width}, true});
  }
}

}  // namespace

std::vector<Parameter> vision_parameters(const Architecture& architecture) {
  const std::int64_t width = architecture.vision.width;
  if (width == 0) return {};
  const std::int64_t patch = architecture.patch_size;
  const std::int64_t grid = architecture.image_size / patch;
  std::vector<Parameter> parameters{
      {"visual.conv1.weight", {width, 3, patch, patch}, true},
      {"visual.class_embedding", {width}},
      {"visual.positional_embedding", {1 + grid * grid, width}},
      {"visual.ln_pre.weight", {width}},
      {"visual.ln_pre.bias", {width}},
  };
  append_blocks(parameters, "visual.transformer.", architecture.vision);
  parameters.push_back({"visual.ln_post.weight", {width}});
  parameters.push_back({"visual.ln_post.bias", {width}});
  parameters.push_back({"visual.proj", {width, architecture.embedding_size}, true});
  return parameters;
}

std::vector<Parameter> text_parameters(const Architecture& architecture) {
  const std::int64_t width = architecture.text.width;
  if (width == 0) return {};
  std::vector<Parameter> parameters{
      {"token_embedding.weight", {architecture.vocabulary_size, width}, true},
      {"positional_embedding", {architecture.context_length, width}},
  };
  append_blocks(parameters, "transformer.", architecture.text);
  parameters.push_back({"ln_final.weight", {width}});
  parameters.push_back({"ln_final.bias", {width}});
  parameters.push_back({"text_projection", {width, architecture.embedding_size}, true});
  return parameters;
}

std::uint64_t count_elements(const std::vector<Parameter>& parameters) noexcept {
  std::uint64_t total = 0;
  for (const auto& parameter : parameters) {
    std::uint64_t elements = 1;
    for (const std::int64_t extent : parameter.shape) elements *= static_cast<std::uint64_t>(extent);
    total += elements;
  }
  return total;
}

}  // namespace longclip::tower
