#include "checkpoint/clip_names.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "checkpoint/source.h"

namespace longclip::checkpoint {
namespace {

struct Renaming {
  std::string_view from;
  std::string_view to;
};

// transformers' names, by prefix, inside a tower.
constexpr std::array kTower{
    Renaming{"embeddings.token_embedding.", "token_embedding."},
    Renaming{"embeddings.class_embedding", "class_embedding"},
    Renaming{"embeddings.patch_embedding.", "conv1."},
    Renaming{"embeddings.position_embedding.weight", "positional_embedding"},
    Renaming{"pre_layrnorm.", "ln_pre."},
    Renaming{"post_layernorm.", "ln_post."},
    Renaming{"final_layer_norm.", "ln_final."},
};

// And inside a block.
constexpr std::array kBlock{
    Renaming{"layer_norm1.", "ln_1."},
    Renaming{"layer_norm2.", "ln_2."},
    Renaming{"self_attn.out_proj.", "attn.out_proj."},
    Renaming{"mlp.fc1.", "mlp.c_fc."},
    Renaming{"mlp.fc2.", "mlp.c_proj."},
};

// Buffers and numbers that published files hold beside the weights.
constexpr std::array<std::string_view, 6> kNoWeights{"input_resolution",
                                                     "context_length",
                                                     "vocab_size",
                                                     "attn_mask",
                                                     "text_model.embeddings.position_ids",
                                                     "vision_model.embeddings.position_ids"};

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

template <std::size_t N>
std::optional<std::string> rename_by(const std::array<Renaming, N>& table, std::string_view name) {
  for (const Renaming& entry : table) {
    if (name.starts_with(entry.from)) return std::string(entry.to) + std::string(name.substr(entry.from.size()));
  }
  return std::nullopt;
}

std::optional<std::string> rename_in_block(std::string_view name) {
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto renamed = rename_by(kBlock, name.substr(dot + 1));
  // q, k and v keep theirs until they are stacked.
  return std::string(name.substr(0, dot + 1)) + renamed.value_or(std::string(name.substr(dot + 1)));
}

std::string rename(std::string_view name) {
  std::string_view rest = name;
  std::string prefix;
  if (take_prefix(rest, "vision_model.")) {
    prefix = "visual.";
  } else if (!take_prefix(rest, "text_model.")) {
    take_prefix(rest, "text.");  // an open_clip custom text tower
    return std::string(rest);
  }
  const auto renamed = take_prefix(rest, "encoder.layers.") ? rename_in_block(rest) : rename_by(kTower, rest);
  if (!renamed) return std::string(name);
  return prefix + (name.find("encoder.layers.") == std::string_view::npos ? "" : "transformer.resblocks.") + *renamed;
}

class Renamer {
 public:
  explicit Renamer(const std::map<std::string, Tensor>& tensors) {
    for (const auto& [name, tensor] : tensors) {
      const std::string renamed = rename(name);
      if (is_weight(name) && is_weight(renamed)) add(renamed, tensor);
    }
  }

  NamedTensors run() {
    turn("visual_projection.weight", "visual.proj");
    turn("text_projection.weight", "text_projection");
    stack_projections();
    fold_geometric();
    merge_positions();
    return std::move(result_);
  }

 private:
  static bool is_weight(std::string_view name) {
    return std::find(kNoWeights.begin(), kNoWeights.end(), name) == kNoWeights.end();
  }

  void add(std::string name, Tensor tensor) {
    const auto [at, added] = result_.tensors.emplace(std::move(name), std::move(tensor));
    if (!added) result_.problems.push_back(at->first + " is there under two names");
  }

  const Tensor* find(const std::string& name) const {
    const auto found = result_.tensors.find(name);
    return found == result_.tensors.end() ? nullptr : &found->second;
  }

  std::vector<std::string> names_ending_with(std::string_view ending) const {
    std::vector<std::string> names;
    for (const auto& [name, tensor] : result_.tensors) {
      if (name.ends_with(ending)) names.push_back(name);
    }
    return names;
  }

  void turn(const std::string& from, const std::string& to) {
    const Tensor* matrix = find(from);
    if (matrix == nullptr || matrix->shape.size() != 2) return;
    add(to, transposed(*matrix));
    result_.tensors.erase(from);
  }

  void stack_projections() {
    for (const std::string_view kind : {"weight", "bias"}) {
      for (const std::string& query : names_ending_with("self_attn.q_proj." + std::string(kind))) {
        const std::string block =
            query.substr(0, query.size() - std::string_view("self_attn.q_proj.").size() - kind.size());
        const std::string key = block + "self_attn.k_proj." + std::string(kind);
        const std::string value = block + "self_attn.v_proj." + std::string(kind);
        const std::array<const Tensor*, 3> parts{find(query), find(key), find(value)};
        if (parts[1] == nullptr || parts[2] == nullptr) {
          result_.problems.push_back(printable(query) + " is there without k_proj or v_proj");
          continue;
        }
        if (parts[0]->shape.empty() || parts[0]->shape != parts[1]->shape || parts[0]->shape != parts[2]->shape ||
            !all_floating(parts)) {
          result_.problems.push_back(printable(query) + ", k_proj and v_proj differ in shape or hold no weights");
          continue;
        }
        add(block + "attn.in_proj_" + std::string(kind), stacked(parts));
        for (const std::string& name : {query, key, value}) result_.tensors.erase(name);
      }
    }
  }

  static bool all_floating(std::span<const Tensor* const> tensors) {
    return std::all_of(tensors.begin(), tensors.end(), [](const Tensor* t) { return is_floating(t->dtype); });
  }

  // weight = r * theta / |theta's row|
  void fold_geometric() {
    constexpr double kSmallestNorm = 1e-12;
    for (const std::string& theta_name : names_ending_with(".theta")) {
      const std::string layer = theta_name.substr(0, theta_name.size() - std::string_view("theta").size());
      const Tensor* theta = find(theta_name);
      const Tensor* radius = find(layer + "r");
      if (radius == nullptr || theta->shape.size() != 2 || radius->elements() != theta->shape[0] ||
          !all_floating(std::array{theta, radius})) {
        result_.problems.push_back(printable(theta_name) + " has no fitting " + printable(layer + "r"));
        continue;
      }
      const auto columns = static_cast<std::size_t>(theta->shape[1]);
      std::vector<float> weight = to_float(*theta);
      const std::vector<float> radii = to_float(*radius);
      for (std::size_t row = 0; row < radii.size(); ++row) {
        const std::span<float> values = std::span(weight).subspan(row * columns, columns);
        double squares = 0;
        for (const float value : values) squares += static_cast<double>(value) * value;
        const double scale = radii[row] / std::max(std::sqrt(squares), kSmallestNorm);
        for (float& value : values) value = static_cast<float>(scale * value);
      }
      add(layer + "weight", from_float(std::move(weight), theta->shape));
      result_.tensors.erase(theta_name);
      result_.tensors.erase(layer + "r");
    }
  }

  void merge_positions() {
    const Tensor* first = find("positional_embedding");
    const Tensor* second = find("positional_embedding_res");
    if (first == nullptr || second == nullptr) return;
    if (first->shape.size() != 2 || first->shape != second->shape || first->shape[0] <= kFirstTableRows ||
        !all_floating(std::array{first, second})) {
      result_.problems.push_back("positional_embedding " + to_string(first->shape) + " and positional_embedding_res " +
                                 to_string(second->shape) + " are no two tables of one shape");
      return;
    }
    std::vector<float> merged = to_float(*second);
    const std::vector<float> kept = to_float(*first);
    std::copy_n(kept.begin(), kFirstTableRows * first->shape[1], merged.begin());
    result_.tensors["positional_embedding"] = from_float(std::move(merged), first->shape);
    result_.tensors.erase("positional_embedding_res");
    result_.merged_positions = true;
  }

  NamedTensors result_;
};

}  // namespace

NamedTensors clip_names(const std::map<std::string, Tensor>& tensors) { return Renamer(tensors).run(); }

}  // namespace longclip::checkpoint
