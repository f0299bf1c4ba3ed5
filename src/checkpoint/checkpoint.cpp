#include "checkpoint/checkpoint.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <utility>

#include "checkpoint/model_folder.h"
#include "checkpoint/source.h"
#include "checkpoint/tensor_file.h"
#include "checkpoint/wide_towers.h"

namespace longclip::checkpoint {
namespace {

// What wrappers put before every name: DistributedDataParallel, torch.compile, a bare holder.
constexpr std::array<std::string_view, 3> kWrappers{"module.", "_orig_mod.", "model."};

bool all_start_with(const std::map<std::string, Tensor>& tensors, std::string_view prefix) {
  return !tensors.empty() &&
         std::all_of(tensors.begin(), tensors.end(), [&](const auto& item) { return item.first.starts_with(prefix); });
}

void strip_wrappers(Checkpoint& checkpoint) {
  constexpr int kMostLayers = 4;  // a name can repeat a wrapper without end
  for (int layer = 0; layer < kMostLayers; ++layer) {
    const auto* wrapper = std::find_if(kWrappers.begin(), kWrappers.end(),
                                       [&](std::string_view w) { return all_start_with(checkpoint.tensors, w); });
    if (wrapper == kWrappers.end()) return;
    std::map<std::string, Tensor> stripped;
    for (auto& [name, tensor] : checkpoint.tensors) stripped.emplace(name.substr(wrapper->size()), std::move(tensor));
    checkpoint.tensors = std::move(stripped);
    checkpoint.format += ", names under " + std::string(wrapper->substr(0, wrapper->size() - 1));
  }
}

bool any_starts_with(const std::map<std::string, Tensor>& tensors, const std::string& prefix) {
  const auto at = tensors.lower_bound(prefix);
  return at != tensors.end() && at->first.starts_with(prefix);
}

bool has_wide_tower(const std::map<std::string, Tensor>& tensors) {
  const auto patches = tensors.find("visual.conv1.weight");
  return patches != tensors.end() && !patches->second.shape.empty() &&
         wide_tower_heads(patches->second.shape[0]).has_value();
}

// A file without a config leaves open what cannot be seen in its tensors; clip_weights() assumes it.
void note_assumptions(Checkpoint& checkpoint) {
  const auto& tensors = checkpoint.tensors;
  if (any_starts_with(tensors, "text_model.") || any_starts_with(tensors, "vision_model.")) {
    checkpoint.notes.push_back(
        "a Hugging Face file without its config: QuickGELU and heads of width 64 are assumed; name its folder to have "
        "them from config.json");
    return;
  }
  // OpenAI's files and Long-CLIP's show where they come from; open_clip's do not.
  const bool known = tensors.contains("positional_embedding_res") ||
                     tensors.contains("text.positional_embedding_res") || tensors.contains("input_resolution");
  const bool clip = any_starts_with(tensors, "visual.") || any_starts_with(tensors, "text.");
  if (!clip || known) return;
  checkpoint.notes.push_back(
      has_wide_tower(tensors)
          ? "the activation is not in the file: GELU is assumed, as in LAION's models; MetaCLIP's and DFN's of this "
            "size use QuickGELU: name a folder with their open_clip_config.json"
          : "the activation is not in the file: QuickGELU is assumed, which is right for OpenAI's models and what was "
            "trained from them; LAION's open_clip models use GELU: name a folder with their open_clip_config.json");
}

void read_folder(const std::filesystem::path& path, Checkpoint& checkpoint) {
  const ModelFolder folder = read_model_folder(path);
  checkpoint.file = folder.file;
  checkpoint.activation = folder.activation;
  checkpoint.vision_heads = folder.vision_heads;
  checkpoint.text_heads = folder.text_heads;
  checkpoint.mean = folder.mean;
  checkpoint.std = folder.std;
  TensorFile all;
  for (const auto& file : folder.files) {
    const Source source = open_source(file);
    TensorFile shard = read_tensor_file(source);
    all.format = shard.format;
    for (auto& [name, tensor] : shard.tensors) add_tensor(all, source, name, std::move(tensor));
    checkpoint.sources.push_back(source);
  }
  checkpoint.format = folder.format + ", " + all.format;
  checkpoint.tensors = std::move(all.tensors);
  strip_wrappers(checkpoint);
}

}  // namespace

Checkpoint read_checkpoint(const std::filesystem::path& path) {
  std::error_code ignored;  // what cannot be looked at is reported by opening it
  if (!std::filesystem::is_directory(path, ignored)) return read_checkpoint(open_source(path));
  Checkpoint checkpoint;
  checkpoint.path = path;
  read_folder(path, checkpoint);
  return checkpoint;
}

Checkpoint read_checkpoint(const Source& source) {
  TensorFile file = read_tensor_file(source);
  Checkpoint checkpoint;
  checkpoint.path = source.name;
  checkpoint.file = source.name;
  checkpoint.sources = {source};
  checkpoint.format = std::move(file.format);
  checkpoint.tensors = std::move(file.tensors);
  strip_wrappers(checkpoint);
  note_assumptions(checkpoint);
  return checkpoint;
}

}  // namespace longclip::checkpoint
