#include "checkpoint/model_folder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include <longclip/error.h>
#include <nlohmann/json.hpp>

#include "checkpoint/source.h"
#include "io/json.h"

namespace longclip::checkpoint {
namespace {

using Json = nlohmann::json;

Json read_json(const std::filesystem::path& path) {
  constexpr std::size_t kMaxSize = std::size_t{16} << 20;  // an index of shards has a line for each tensor
  const Source source = open_source(path);
  if (source.bytes.size() > kMaxSize) fail(source, "is too large for a config");
  Json json = io::parse_json({reinterpret_cast<const char*>(source.bytes.data()), source.bytes.size()}, source.name);
  if (!json.is_object()) fail(source, "is no JSON object");
  return json;
}

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

// The object at `key`, or an empty one.
Json object_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_object() ? *found : Json::object();
}

class Config {
 public:
  Config(std::filesystem::path path, Json json) : path_(std::move(path)), json_(std::move(json)) {}

  int integer(const char* key, int fallback) const {
    const auto found = json_.find(key);
    if (found == json_.end() || found->is_null()) return fallback;
    if (!found->is_number_integer() || *found < 1 || *found > 1'000'000) {
      throw InvalidFile(path_.string() + ": " + key + " is not a number from 1 to 1000000");
    }
    return found->get<int>();
  }

  std::string text(const char* key, const char* fallback) const {
    const auto found = json_.find(key);
    if (found == json_.end() || found->is_null()) return fallback;
    if (!found->is_string()) throw InvalidFile(path_.string() + ": " + key + " is not a text");
    return found->get<std::string>();
  }

  double real(const char* key, double fallback) const {
    const auto found = json_.find(key);
    if (found == json_.end() || found->is_null()) return fallback;
    if (!found->is_number()) throw InvalidFile(path_.string() + ": " + key + " is not a number");
    return found->get<double>();
  }

  std::optional<std::array<double, 3>> channels(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end() || found->is_null()) return std::nullopt;
    std::array<double, 3> values{};
    const bool numbers = found->is_array() && found->size() == values.size() &&
                         std::all_of(found->begin(), found->end(), [](const Json& value) { return value.is_number(); });
    if (!numbers) throw InvalidFile(path_.string() + ": " + key + " is not three numbers");
    std::copy(found->begin(), found->end(), values.begin());
    return values;
  }

  bool boolean(const char* key, bool fallback = false) const {
    const auto found = json_.find(key);
    return found != json_.end() && found->is_boolean() ? found->get<bool>() : fallback;
  }

  // The number at `key`, or the one that each of the object's `sides` is. Nothing where they differ.
  std::optional<int> extent(const char* key, std::initializer_list<const char*> sides) const {
    const auto found = json_.find(key);
    if (found == json_.end() || !found->is_object()) return integer(key, 1);
    const Config object = at(key);
    const int first = object.integer(*sides.begin(), 0);
    const bool equal =
        std::all_of(sides.begin(), sides.end(), [&](const char* side) { return object.integer(side, 0) == first; });
    return equal && first > 0 && found->size() == sides.size() ? std::optional(first) : std::nullopt;
  }

  Config at(const char* key) const { return {path_, object_at(json_, key)}; }
  bool empty() const { return json_.empty(); }
  bool has(const char* key) const { return json_.contains(key) && !json_.at(key).is_null(); }
  // The same with the other's fields in place of its own.
  Config overridden(const Config& other) const {
    Json json = json_;
    json.update(other.json_);
    return {path_, std::move(json)};
  }
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
  Json json_;
};

void check_norm(const Config& tower, const char* key = "layer_norm_eps") {
  constexpr double kEpsilon = 1e-5;
  const double epsilon = tower.real(key, kEpsilon);
  if (std::abs(epsilon - kEpsilon) > 1e-9) {
    throw UnsupportedModel(tower.path().string() + ": " + key + " is " + std::to_string(epsilon) +
                           "; only 1e-5 is supported");
  }
}

// What open_clip computes otherwise on weights of CLIP's names and shapes.
void check_open_clip_tower(const Config& tower, const char* pool) {
  for (const char* key : {"global_average_pool", "attentional_pool", "no_causal_mask", "final_ln_after_pool"}) {
    if (tower.boolean(key)) throw UnsupportedModel(tower.path().string() + ": has " + key + ", which CLIP has not");
  }
  if (tower.text("pool_type", pool) != pool) {
    throw UnsupportedModel(tower.path().string() + ": pool_type is " + printable(tower.text("pool_type", pool)) +
                           "; only CLIP's, " + pool + ", is supported");
  }
  if (tower.has("act_kwargs") && !tower.at("act_kwargs").empty()) {
    throw UnsupportedModel(tower.path().string() + ": act_kwargs make another activation than CLIP's");
  }
  check_norm(tower.at("norm_kwargs"), "eps");
}

// transformers keeps the sub-configs twice in old files, and the *_dict counts.
Config sub_config(const Config& config, const char* key, const char* dict_key) {
  return config.at(key).overridden(config.at(dict_key));
}

// What a picture goes through before the tower: with anything but the usual the features would be
// wrong and look right.
void check_preprocessing(bool usual, const Config& config, const char* key) {
  if (usual) return;
  throw UnsupportedModel(config.path().string() + ": " + key +
                         " is another than CLIP's; only the shorter side resized by bicubic interpolation, then a "
                         "centre crop, is supported");
}

void read_channels(const Config& config, const char* mean, const char* std, ModelFolder& folder) {
  folder.mean = config.channels(mean);
  folder.std = config.channels(std);
  const auto positive = [](double value) { return value > 0 && std::isfinite(value); };
  if (folder.std && !std::all_of(folder.std->begin(), folder.std->end(), positive)) {
    throw InvalidFile(config.path().string() + ": " + std + " is not three positive numbers");
  }
}

void read_preprocessor(const Config& config, ModelFolder& folder) {
  constexpr int kBicubic = 3;  // Pillow's number
  check_preprocessing(config.integer("resample", kBicubic) == kBicubic, config, "resample");
  for (const char* step : {"do_resize", "do_center_crop", "do_rescale", "do_normalize"}) {
    check_preprocessing(config.boolean(step, true), config, step);
  }
  std::optional<int> edge;
  if (config.has("size")) {
    edge = config.extent("size", {"shortest_edge"});
    check_preprocessing(edge.has_value(), config, "size");
  }
  if (config.has("crop_size")) {
    const auto crop = config.extent("crop_size", {"height", "width"});
    check_preprocessing(crop.has_value() && (!edge || crop == edge), config, "crop_size");
  }
  read_channels(config, "image_mean", "image_std", folder);
}

void read_transformers(const Config& config, ModelFolder& folder) {
  constexpr const char* kActivation = "quick_gelu";  // transformers' defaults
  constexpr int kTextHeads = 8;
  constexpr int kVisionHeads = 12;
  folder.format = "Hugging Face folder";
  const std::string type = config.text("model_type", "");
  const bool text_only = type == "clip_text_model";
  const bool vision_only = type == "clip_vision_model";
  if (type != "clip" && !text_only && !vision_only) {
    throw UnsupportedModel(config.path().string() + ": model_type is " + printable(type) + "; only clip is supported");
  }
  const Config text = text_only ? config : sub_config(config, "text_config", "text_config_dict");
  const Config vision = vision_only ? config : sub_config(config, "vision_config", "vision_config_dict");
  check_norm(text);
  check_norm(vision);
  folder.activation = (vision_only ? vision : text).text("hidden_act", kActivation);
  if (type == "clip" && vision.text("hidden_act", kActivation) != folder.activation) {
    throw UnsupportedModel(config.path().string() + ": the towers have different activations");
  }
  if (!vision_only) folder.text_heads = text.integer("num_attention_heads", kTextHeads);
  if (!text_only) folder.vision_heads = vision.integer("num_attention_heads", kVisionHeads);
}

void read_open_clip(const Config& config, ModelFolder& folder) {
  constexpr int kTextHeads = 8;  // open_clip's defaults
  constexpr int kVisionWidth = 768;
  constexpr int kHeadWidth = 64;
  folder.format = "open_clip folder";
  const Config model = config.at("model_cfg");
  const Config vision = model.at("vision_cfg");
  folder.activation = model.boolean("quick_gelu") ? "quick_gelu" : "gelu";
  check_open_clip_tower(vision, "tok");
  check_open_clip_tower(model.at("text_cfg"), "argmax");
  folder.text_heads = model.at("text_cfg").integer("heads", kTextHeads);
  const Config preprocessing = config.at("preprocess_cfg");
  check_preprocessing(preprocessing.text("interpolation", "bicubic") == "bicubic", preprocessing, "interpolation");
  check_preprocessing(preprocessing.text("resize_mode", "shortest") == "shortest", preprocessing, "resize_mode");
  read_channels(preprocessing, "mean", "std", folder);
  if (!vision.has("timm_model_name")) {
    folder.vision_heads = vision.integer("width", kVisionWidth) / vision.integer("head_width", kHeadWidth);
  }
}

std::vector<std::filesystem::path> read_index(const std::filesystem::path& path) {
  const Json index = read_json(path);
  std::set<std::string> names;
  const Json weight_map = object_at(index, "weight_map");
  for (const auto& [tensor, file] : weight_map.items()) {
    const std::string name = file.is_string() ? file.get<std::string>() : "";
    if (name.empty() || name.find('/') != std::string::npos || name == "." || name == "..") {
      throw InvalidFile(path.string() + ": weight_map names a file that is not in the folder");
    }
    names.insert(name);
  }
  if (names.empty()) throw InvalidFile(path.string() + ": has no weight_map");
  std::vector<std::filesystem::path> files;
  for (const std::string& name : names) files.push_back(path.parent_path() / name);
  return files;
}

}  // namespace

ModelFolder read_model_folder(const std::filesystem::path& path) {
  constexpr std::array<std::string_view, 4> kTransformers{"model.safetensors", "model.safetensors.index.json",
                                                          "pytorch_model.bin", "pytorch_model.bin.index.json"};
  constexpr std::array<std::string_view, 4> kOpenClip{"open_clip_model.safetensors", "open_clip_pytorch_model.bin",
                                                      "model.safetensors", "pytorch_model.bin"};
  ModelFolder folder;
  const bool transformers = is_there(path / "config.json");
  if (transformers) {
    read_transformers({path / "config.json", read_json(path / "config.json")}, folder);
    const auto preprocessor = path / "preprocessor_config.json";
    if (is_there(preprocessor)) read_preprocessor({preprocessor, read_json(preprocessor)}, folder);
  } else if (is_there(path / "open_clip_config.json")) {
    read_open_clip({path / "open_clip_config.json", read_json(path / "open_clip_config.json")}, folder);
  } else {
    throw InvalidFile(path.string() + ": a folder without config.json; name the checkpoint file itself");
  }
  for (const std::string_view name : transformers ? kTransformers : kOpenClip) {
    if (!is_there(path / name)) continue;
    folder.file = path / name;
    folder.files = name.ends_with(".index.json") ? read_index(folder.file) : std::vector{folder.file};
    return folder;
  }
  throw InvalidFile(path.string() + ": a " + folder.format +
                    " without weights: " + std::string(transformers ? kTransformers[0] : kOpenClip[0]) + " is missing");
}

}  // namespace longclip::checkpoint
