#include "package/config.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <set>

#include <longclip/error.h>

#include "io/json.h"

namespace longclip::package {
namespace {

using nlohmann::json;

// Reads fields of one JSON object and complains by the field's full name.
class Fields {
 public:
  Fields(const json& object, std::string file, std::string prefix)
      : object_(object), file_(std::move(file)), prefix_(std::move(prefix)) {
    if (!object_.is_object()) throw InvalidFile(file_ + ": " + name() + " is not an object");
  }

  bool has(const char* key) const { return object_.contains(key); }

  Fields object(const char* key) const { return {at(key), file_, prefix_ + key + "."}; }

  std::string text(const char* key) const {
    const json& value = at(key);
    if (!value.is_string()) fail(key, "a string");
    return value.get<std::string>();
  }

  int integer(const char* key, int low, int high) const {
    const json& value = at(key);
    const std::string range = "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
    if (!value.is_number_integer()) fail(key, range);
    const bool in_range = value.is_number_unsigned()
                              ? value.get<std::uint64_t>() <= static_cast<std::uint64_t>(high) &&
                                    static_cast<std::int64_t>(value.get<std::uint64_t>()) >= low
                              : value.get<std::int64_t>() >= low && value.get<std::int64_t>() <= high;
    if (!in_range) fail(key, range);
    return value.get<int>();
  }

  float number(const char* key) const {
    const json& value = at(key);
    if (!value.is_number() || !std::isfinite(value.get<float>())) fail(key, "a finite number");
    return value.get<float>();
  }

  std::array<double, 3> triple(const char* key) const {
    const json& value = at(key);
    std::array<double, 3> out{};
    if (!value.is_array() || value.size() != out.size()) fail(key, "three numbers");
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (!value[i].is_number() || !std::isfinite(value[i].get<double>())) fail(key, "three numbers");
      out[i] = value[i].get<double>();
    }
    return out;
  }

  [[noreturn]] void fail(const char* key, const std::string& wanted) const {
    throw InvalidFile(file_ + ": " + prefix_ + key + " is not " + wanted);
  }

  const json& value() const { return object_; }

 private:
  const json& at(const char* key) const {
    const auto found = object_.find(key);
    if (found == object_.end()) throw InvalidFile(file_ + ": " + prefix_ + key + " is missing");
    return *found;
  }

  std::string name() const { return prefix_.empty() ? "the document" : prefix_.substr(0, prefix_.size() - 1); }

  const json& object_;
  std::string file_;
  std::string prefix_;
};

// Whether a name stays inside the package folder.
bool is_file_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

// The double whose text is the shortest that reads back as this float.
double shortest(float value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  double out = 0;
  std::from_chars(text.data(), end, out);
  return out;
}

constexpr int largest = 1 << 20;  // no width, length or count of a real model comes near it

Architecture::Tower tower(const Fields& fields) {
  Architecture::Tower tower;
  tower.width = fields.integer("width", 1, largest);
  tower.layers = fields.integer("layers", 1, largest);
  tower.heads = fields.integer("heads", 1, largest);
  if (tower.width % tower.heads != 0) fields.fail("heads", "a divisor of the width");
  tower.mlp = fields.has("mlp") ? fields.integer("mlp", 1, largest) : 4 * tower.width;
  return tower;
}

std::string activation(const Fields& fields) {
  std::string name = fields.text("activation");
  if (name != "quick_gelu" && name != "gelu") fields.fail("activation", "quick_gelu or gelu");
  return name;
}

}  // namespace

void check_stored(Precision precision) {
  if (is_stored(precision)) return;
  throw InvalidInput("precision " + std::string(to_string(precision)) +
                     " is computed, not stored: store fp32, fp16 or bf16, and load the package in it");
}

Config parse_config(std::string_view text, const std::string& name) {
  const json document = io::parse_json(text, name);
  const Fields root(document, name, "");
  if (!root.has("format") || root.text("format") != "longclip-package") {
    throw InvalidFile(name +
                      ": is not the config of a LongCLIP package (its field format is not \"longclip-package\")");
  }
  const int version = root.integer("format_version", 1, largest);
  if (version > format_version) {
    throw UnsupportedModel(name + ": package format " + std::to_string(version) + " is newer than " +
                           std::to_string(format_version) + ", the newest that this library reads; update LongCLIP");
  }

  Config config;
  config.name = root.text("name");
  Architecture& architecture = config.architecture;
  architecture.embedding_size = root.integer("embedding_size", 1, largest);
  config.logit_scale = root.number("logit_scale");
  if (config.logit_scale <= 0) root.fail("logit_scale", "a positive number");
  if (root.has("precision")) {
    try {
      config.precision = parse_precision(root.text("precision"));
    } catch (const InvalidInput&) {
      config.precision = Precision::automatic;
    }
    if (!is_stored(config.precision)) root.fail("precision", "fp32, fp16 or bf16");
  }
  architecture.activation = "quick_gelu";

  if (root.has("image")) {
    const Fields image = root.object("image");
    config.has_vision = true;
    architecture.image_size = image.integer("size", 1, 8192);  // as Image::preprocessed() gives at most
    architecture.patch_size = image.integer("patch", 1, architecture.image_size);
    if (architecture.image_size % architecture.patch_size != 0) image.fail("patch", "a divisor of the size");
    config.mean = image.triple("mean");
    config.std = image.triple("std");
    for (const double deviation : config.std) {
      using Float = std::numeric_limits<float>;
      if (deviation < Float::min() || deviation > Float::max()) image.fail("std", "three positive numbers");
    }
    if (image.text("interpolation") != "bicubic") {
      throw UnsupportedModel(name + ": image.interpolation is \"" + image.text("interpolation") +
                             "\"; this library has bicubic");
    }
    architecture.vision = tower(image);
    if (image.has("activation")) architecture.activation = activation(image);
  }
  if (root.has("text")) {
    const Fields text_fields = root.object("text");
    config.has_text = true;
    architecture.context_length = text_fields.integer("context_length", 2, largest);
    architecture.vocabulary_size = text_fields.integer("vocabulary_size", 1, 1 << 28);
    architecture.text = tower(text_fields);
    if (text_fields.has("activation")) {
      const std::string of_text = activation(text_fields);
      if (config.has_vision && of_text != architecture.activation) {
        throw UnsupportedModel(name + ": the towers have different activations");
      }
      architecture.activation = of_text;
    }
    config.pad_id = text_fields.integer("pad_id", 0, architecture.vocabulary_size - 1);
    const Fields tokenizer = text_fields.object("tokenizer");
    config.tokenizer_kind = tokenizer.text("kind");
    config.tokenizer_file = tokenizer.text("file");
    if (!is_file_name(config.tokenizer_file)) tokenizer.fail("file", "the name of a file in the package");
    config.positions = {architecture.context_length, architecture.context_length, 1};  // as published
    if (text_fields.has("positions")) {
      const Fields positions = text_fields.object("positions");
      config.positions.source_length = positions.integer("source_length", 1, largest);
      config.positions.kept = positions.integer("kept", 0, largest);
      config.positions.ratio = positions.integer("ratio", 1, largest);
    }
  }
  if (!config.has_vision && !config.has_text) {
    throw InvalidFile(name + ": has neither an image nor a text tower");
  }

  if (root.has("files")) {
    const Fields files = root.object("files");
    for (const auto& [file, hash] : files.value().items()) {
      if (!is_file_name(file)) root.fail("files", "a table of files in the package");
      if (!hash.is_string()) files.fail(file.c_str(), "a SHA-256");
      config.files[file] = hash.get<std::string>();
    }
  }
  if (root.has("source")) config.source = root.text("source");

  const std::set<std::string> known{"format",    "format_version", "name", "embedding_size", "logit_scale",
                                    "precision", "image",          "text", "files",          "source"};
  for (const auto& [key, value] : document.items()) {
    if (!known.contains(key)) config.unknown[key] = value;
  }
  return config;
}

std::string to_text(const Config& config) {
  const Architecture& architecture = config.architecture;
  using ordered = nlohmann::ordered_json;  // fields in the order of docs/package.md
  const auto tower = [&](ordered& object, const Architecture::Tower& shape) {
    object["width"] = shape.width;
    object["layers"] = shape.layers;
    object["heads"] = shape.heads;
    object["mlp"] = shape.mlp;
    object["activation"] = architecture.activation;
  };
  ordered document;
  document["format"] = "longclip-package";
  document["format_version"] = format_version;
  document["name"] = config.name;
  document["embedding_size"] = architecture.embedding_size;
  document["logit_scale"] = shortest(config.logit_scale);
  document["precision"] = to_string(config.precision);
  if (config.has_vision) {
    ordered image;
    image["size"] = architecture.image_size;
    image["patch"] = architecture.patch_size;
    image["mean"] = config.mean;
    image["std"] = config.std;
    image["interpolation"] = "bicubic";
    tower(image, architecture.vision);
    document["image"] = image;
  }
  if (config.has_text) {
    ordered text;
    text["context_length"] = architecture.context_length;
    text["vocabulary_size"] = architecture.vocabulary_size;
    tower(text, architecture.text);
    text["pad_id"] = config.pad_id;
    text["tokenizer"] = {{"kind", config.tokenizer_kind}, {"file", config.tokenizer_file}};
    text["positions"] = {{"source_length", config.positions.source_length},
                         {"kept", config.positions.kept},
                         {"ratio", config.positions.ratio}};
    document["text"] = text;
  }
  document["files"] = config.files;
  document["source"] = config.source;
  for (const auto& [key, value] : config.unknown.items()) document[key] = value;
  // A name from a path may hold any bytes: those that are no UTF-8 become U+FFFD.
  return document.dump(2, ' ', false, ordered::error_handler_t::replace) + "\n";
}

}  // namespace longclip::package
