#include "checkpoint/clip_weights.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <set>
#include <string_view>
#include <utility>

#include <longclip/error.h>

#include "checkpoint/clip_names.h"
#include "checkpoint/other_models.h"
#include "checkpoint/wide_towers.h"
#include "tower/architecture.h"

namespace longclip::checkpoint {
namespace {

constexpr int kHeadWidth = 64;

struct Axis {
  const char* tensor;
  std::size_t axis;
};

class Builder {
 public:
  explicit Builder(const Checkpoint& checkpoint) : checkpoint_(checkpoint) {
    NamedTensors named = clip_names(checkpoint.tensors);
    tensors_ = std::move(named.tensors);
    problems_ = std::move(named.problems);
    merged_positions_ = named.merged_positions;
  }

  ClipWeights run() {
    infer_architecture();
    weights_.positions = describe_positions();
    weights_.precision = describe_precision();
    weights_.vision = take(tower::vision_parameters(weights_.architecture));
    weights_.text = take(tower::text_parameters(weights_.architecture));
    take_logit_scale();
    if (!problems_.empty()) throw InvalidFile(describe_problems());
    for (const auto& [name, tensor] : tensors_) weights_.extra.push_back(name);
    return std::move(weights_);
  }

 private:
  bool any(std::string_view prefix) const {
    const auto at = tensors_.lower_bound(std::string(prefix));
    return at != tensors_.end() && at->first.starts_with(prefix);
  }

  // The extent of the first of these axes that is there; `fallback` if none is, which is reported
  // as a missing tensor later.
  int extent(std::initializer_list<Axis> axes, int fallback) const {
    constexpr std::int64_t kLargest = 1 << 24;
    for (const Axis& axis : axes) {
      const auto found = tensors_.find(axis.tensor);
      if (found == tensors_.end() || found->second.shape.size() <= axis.axis) continue;
      const std::int64_t size = found->second.shape[axis.axis];
      if (size < 1 || size > kLargest) {
        throw InvalidFile(checkpoint_.path.string() + ": " + axis.tensor + " is " + to_string(found->second.shape) +
                          ", which no CLIP has");
      }
      return static_cast<int>(size);
    }
    return fallback;
  }

  int count_layers(const std::string& prefix) const {
    std::set<int> layers;
    for (auto at = tensors_.lower_bound(prefix); at != tensors_.end() && at->first.starts_with(prefix); ++at) {
      int layer = 0;
      const char* begin = at->first.data() + prefix.size();
      const char* end = at->first.data() + at->first.size();
      if (std::from_chars(begin, end, layer).ec == std::errc{}) layers.insert(layer);
    }
    // A tower without any block is reported by its first block's names.
    return std::max(1, static_cast<int>(layers.size()));
  }

  int heads(const char* tower, int width, const std::optional<int>& configured) const {
    if (!configured && width % kHeadWidth != 0) {
      throw UnsupportedModel(checkpoint_.path.string() + ": the " + tower + " tower is " + std::to_string(width) +
                             " wide, no multiple of 64: its heads cannot be told; name a folder with config.json");
    }
    const int heads = configured.value_or(width / kHeadWidth);
    if (heads < 1 || width % heads != 0) {
      throw InvalidFile(checkpoint_.path.string() + ": the " + tower + " tower of width " + std::to_string(width) +
                        " cannot have the " + std::to_string(heads) + " heads that its config states");
    }
    return heads;
  }

  void infer_vision(Architecture& architecture) {
    Architecture::Tower& vision = architecture.vision;
    vision.width = extent({{"visual.conv1.weight", 0}, {"visual.class_embedding", 0}, {"visual.ln_post.weight", 0}}, 1);
    architecture.patch_size = extent({{"visual.conv1.weight", 3}}, 1);
    const int patches = extent({{"visual.positional_embedding", 0}}, 2) - 1;
    const int grid = std::max(1, static_cast<int>(std::lround(std::sqrt(patches))));
    architecture.image_size = grid * std::min(architecture.patch_size, 1 << 16);
    vision.layers = count_layers("visual.transformer.resblocks.");
    vision.mlp = extent({{"visual.transformer.resblocks.0.mlp.c_fc.weight", 0}}, 4 * vision.width);
  }

  void infer_text(Architecture& architecture) {
    Architecture::Tower& text = architecture.text;
    text.width = extent({{"ln_final.weight", 0}, {"token_embedding.weight", 1}, {"positional_embedding", 1}}, 1);
    architecture.vocabulary_size = extent({{"token_embedding.weight", 0}}, 1);
    architecture.context_length = extent({{"positional_embedding", 0}}, 1);
    text.layers = count_layers("transformer.resblocks.");
    text.mlp = extent({{"transformer.resblocks.0.mlp.c_fc.weight", 0}}, 4 * text.width);
  }

  void infer_architecture() {
    const bool has_vision = any("visual.");
    const bool has_text = any("token_embedding.") || any("transformer.resblocks.") || any("ln_final.");
    if (!has_vision && !has_text) {
      const std::string first = tensors_.empty() ? "none" : printable(tensors_.begin()->first);
      throw UnsupportedModel(checkpoint_.path.string() + ": has no tensors of a CLIP (its first is " + first + ")");
    }
    Architecture& architecture = weights_.architecture;
    architecture.embedding_size = extent({{"text_projection", 1}, {"visual.proj", 1}}, 1);
    if (has_vision) infer_vision(architecture);
    if (has_text) infer_text(architecture);
    // Heads are told last: what is missing or misshapen is the better error.
    if (has_vision && !incomplete(tower::vision_parameters(architecture))) {
      const int width = architecture.vision.width;
      const auto known = checkpoint_.vision_heads ? checkpoint_.vision_heads : wide_tower_heads(width);
      architecture.vision.heads = heads("vision", width, known);
    }
    if (has_text && !incomplete(tower::text_parameters(architecture))) {
      architecture.text.heads = heads("text", architecture.text.width, checkpoint_.text_heads);
    }
    const bool wide = wide_tower_heads(architecture.vision.width).has_value();
    architecture.activation = checkpoint_.activation.value_or(wide ? "gelu" : "quick_gelu");
    if (architecture.activation != "quick_gelu" && architecture.activation != "gelu") {
      throw UnsupportedModel(checkpoint_.path.string() + ": the activation is " + printable(architecture.activation) +
                             "; only quick_gelu and gelu are supported");
    }
  }

  bool incomplete(const std::vector<tower::Parameter>& parameters) const {
    return std::any_of(parameters.begin(), parameters.end(), [&](const tower::Parameter& parameter) {
      const auto found = tensors_.find(parameter.name);
      return found == tensors_.end() || found->second.shape != parameter.shape;
    });
  }

  std::map<std::string, Tensor> take(const std::vector<tower::Parameter>& parameters) {
    std::map<std::string, Tensor> taken;
    for (const tower::Parameter& parameter : parameters) {
      const auto found = tensors_.find(parameter.name);
      if (found == tensors_.end()) {
        problems_.push_back(parameter.name + " is missing");
        continue;
      }
      const Tensor& tensor = found->second;
      if (tensor.shape != parameter.shape) {
        problems_.push_back(parameter.name + " is " + to_string(tensor.shape) + ", not " + to_string(parameter.shape));
      } else if (!is_floating(tensor.dtype)) {
        problems_.push_back(parameter.name + " is " + std::string(to_string(tensor.dtype)) + ", not floating-point");
      }
      taken.insert(tensors_.extract(found));
    }
    return taken;
  }

  void take_logit_scale() {
    constexpr float kTrained = 4.6051702f;  // ln 100, where CLIP's training ends
    const auto found = tensors_.find("logit_scale");
    if (found == tensors_.end()) {
      // A single tower can do without.
      if (!weights_.vision.empty() && !weights_.text.empty()) problems_.emplace_back("logit_scale is missing");
      weights_.logit_scale = kTrained;
      return;
    }
    const Tensor& tensor = found->second;
    if (tensor.elements() != 1 || !is_floating(tensor.dtype)) {
      problems_.push_back("logit_scale is " + to_string(tensor.shape) + " of " + std::string(to_string(tensor.dtype)) +
                          ", not a floating-point number");
    } else {
      weights_.logit_scale = to_float(tensor)[0];
      const float scale = std::exp(weights_.logit_scale);
      if (!std::isfinite(scale) || scale <= 0) {
        problems_.push_back("logit_scale is " + std::to_string(weights_.logit_scale) + ", the logarithm of no scale");
      }
    }
    tensors_.erase(found);
  }

  std::string describe_positions() const {
    if (weights_.architecture.text.width == 0) return "";
    constexpr int kClip = 77;
    const int rows = weights_.architecture.context_length;
    return std::to_string(rows) + (merged_positions_ ? ", merged from two tables"
                                   : rows == kClip   ? ", not stretched"
                                                     : ", one table");
  }

  std::string describe_precision() const {
    std::set<DType> types;
    for (const auto& [name, tensor] : checkpoint_.tensors) {
      if (is_floating(tensor.dtype)) types.insert(tensor.dtype);
    }
    constexpr std::array<std::pair<DType, std::string_view>, 4> kNames{
        {{DType::bf16, "bf16"}, {DType::f16, "fp16"}, {DType::f32, "fp32"}, {DType::f64, "fp64"}}};
    std::string text;
    for (const auto& [type, name] : kNames) {
      if (types.contains(type)) text += (text.empty() ? "" : " and ") + std::string(name);
    }
    return text;
  }

  std::string describe_problems() const {
    constexpr std::size_t kShown = 8;
    std::string text = checkpoint_.path.string() + ": not a complete CLIP: ";
    for (std::size_t i = 0; i < std::min(kShown, problems_.size()); ++i) text += (i == 0 ? "" : "; ") + problems_[i];
    if (problems_.size() > kShown) text += "; and " + std::to_string(problems_.size() - kShown) + " more";
    return text;
  }

  const Checkpoint& checkpoint_;
  std::map<std::string, Tensor> tensors_;
  std::vector<std::string> problems_;
  bool merged_positions_ = false;
  ClipWeights weights_;
};

}  // namespace

ClipWeights clip_weights(const Checkpoint& checkpoint) {
  refuse_other_models(checkpoint);
  return Builder(checkpoint).run();
}

}  // namespace longclip::checkpoint
