#include "training/settings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <longclip/error.h>
#include <longclip/version.h>

#include "io/sha256.h"

namespace longclip::training {
namespace {

void require(bool holds, const std::string& what) {
  if (!holds) throw InvalidInput(what);
}

std::string number(double value) {
  if (std::isnan(value)) return "not a number";
  return std::isinf(value) ? "infinite" : nlohmann::json(value).dump();
}

}  // namespace

void check_architecture(const Architecture& architecture) {
  const auto heads_fit = [](const Architecture::Tower& tower) {
    return tower.width > 0 && tower.layers > 0 && tower.heads > 0 && tower.mlp > 0 && tower.width % tower.heads == 0;
  };
  require(heads_fit(architecture.vision) && heads_fit(architecture.text),
          "a tower needs a width, layers, heads and an mlp above 0, the width a multiple of the heads");
  require(architecture.patch_size > 0 && architecture.image_size > 0 &&
              architecture.image_size % architecture.patch_size == 0,
          "image size " + std::to_string(architecture.image_size) + " is no multiple of the patch size " +
              std::to_string(architecture.patch_size));
  require(architecture.embedding_size > 0,
          "the embedding size is " + std::to_string(architecture.embedding_size) + "; it must be above 0");
  require(architecture.vocabulary_size > 0, "the vocabulary size is " + std::to_string(architecture.vocabulary_size) +
                                                "; it must be the tokenizer's, 49408 for CLIP's");
  require(architecture.context_length > 1, "the context length is " + std::to_string(architecture.context_length) +
                                               "; it must hold a start and an end token");
  require(architecture.activation == "quick_gelu" || architecture.activation == "gelu",
          "activation \"" + architecture.activation + "\": known are quick_gelu and gelu");
}

namespace {

void check_examples(const std::vector<Example>& examples) {
  std::size_t missing = 0;
  const Example* first = nullptr;
  std::error_code error;
  for (const Example& example : examples) {
    require(!example.long_captions.empty() || !example.short_captions.empty(),
            example.image.string() + ": has no caption");
    if (std::filesystem::exists(example.image, error)) continue;
    ++missing;
    if (first == nullptr) first = &example;
  }
  if (first == nullptr) return;
  throw InvalidFile(first->image.string() + ": is missing" +
                    (missing > 1 ? ", and so are " + std::to_string(missing - 1) + " others" : "") +
                    "; name the folder of the pictures, or take their captions out");
}

// A hash of what examples say, so that a run is not resumed on others. Pictures count by their names.
std::string sha256_of(const std::vector<Example>& examples) {
  io::Sha256 hash;
  const auto add = [&](const std::string& text) {
    const std::string sized = std::to_string(text.size()) + ":" + text;
    hash.update(std::as_bytes(std::span(sized)));
  };
  for (const Example& example : examples) {
    add(example.image.filename().string());
    add(std::to_string(example.group));
    for (const auto* captions : {&example.long_captions, &example.short_captions}) {
      add(std::to_string(captions->size()));
      for (const std::string& caption : *captions) add(caption);
    }
  }
  return hash.finish();
}

std::string sha256_of(const Start& start) {
  io::Sha256 hash;
  for (const auto& [name, value] : start.values) {
    hash.update(std::as_bytes(std::span(name)));
    hash.update({static_cast<const std::byte*>(value.const_data_ptr()), value.nbytes()});
  }
  return hash.finish();
}

std::string to_string(TrainingObjective objective) {
  return objective == TrainingObjective::contrastive ? "contrastive" : "component_matching";
}

std::string to_string(TrainingCaptions captions) {
  switch (captions) {
    case TrainingCaptions::both:
      return "both";
    case TrainingCaptions::long_only:
      return "long";
    case TrainingCaptions::short_only:
      return "short";
  }
  return "";
}

// Differs between runs that end alike: the version, how a batch is cut, and what the hash of the weights to begin
// with says already: where they are from, and what was done to them.
bool decides_nothing(std::string_view key) {
  constexpr std::array<std::string_view, 6> keys{"version", "micro_batch", "start", "kept", "ratio", "logit_scale"};
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

}  // namespace

void check_processes(const TrainingOptions& options) {
  require(options.processes >= 1, "processes is " + std::to_string(options.processes) + "; it must be 1 or more");
  require(options.rank >= 0 && options.rank < options.processes, "rank " + std::to_string(options.rank) + " of " +
                                                                     std::to_string(options.processes) +
                                                                     " processes: ranks are counted from 0");
  require(options.processes == 1 || !options.meeting.empty(),
          "several processes need a file to find each other by: name the meeting");
}

void check(const std::vector<Example>& examples, const TrainingOptions& options) {
  require(options.batch >= 2, "batch is " + std::to_string(options.batch) + "; a contrast needs 2 pictures or more");
  require(options.batch % static_cast<std::size_t>(options.processes) == 0,
          "batch is " + std::to_string(options.batch) + ", no multiple of the " + std::to_string(options.processes) +
              " processes; give one that is");
  require(examples.size() >= options.batch, "there are " + std::to_string(examples.size()) +
                                                " pictures, fewer than the " + std::to_string(options.batch) +
                                                " of a batch; lower the batch, or give more data");
  require(options.learning_rate > 0 && std::isfinite(options.learning_rate),
          "the learning rate is " + number(options.learning_rate) + "; it must be above 0");
  constexpr double kMostEpochs = 1e6;
  require(options.steps > 0 || (options.epochs > 0 && options.epochs <= kMostEpochs),
          "epochs is " + number(options.epochs) + ", and no steps are given; it must be above 0, and 1000000 at most");
  require(options.components > 0, "components is " + std::to_string(options.components) + "; it must be 1 or more");
  require(options.label_smoothing >= 0 && options.label_smoothing < 1,
          "label smoothing is " + number(options.label_smoothing) + "; it must be from 0 to below 1");
  require(options.weight_decay >= 0 && std::isfinite(options.weight_decay),
          "weight decay is " + number(options.weight_decay) + "; it must be 0 or more");
  require(options.logit_scale == 0 || (options.logit_scale >= 1 && options.logit_scale <= 100),
          "logit scale is " + number(options.logit_scale) + "; it must be from 1 to 100, or 0 for the start's");
  require(options.hard_negatives > 0, "hard_negatives is 0; it must be 1 or more");
  require(options.hard_negatives == 1 || options.objective != TrainingObjective::contrastive ||
              options.captions != TrainingCaptions::short_only,
          "hard_negatives brings pictures of one short caption together, which short captions alone do not tell "
          "apart; take long ones, or leave it at 1");
  require(options.hard_share >= 0 && options.hard_share <= 1,
          "hard_share is " + number(options.hard_share) + "; it must be from 0 to 1");
  require(options.checkpoint_every > 0, "checkpoint_every is 0; it must be 1 or more");
  if (options.start.empty()) check_architecture(options.architecture);
  check_examples(examples);
}

nlohmann::ordered_json settings_of(const TrainingOptions& options, const std::vector<Example>& examples,
                                   const Start& start, std::int64_t steps, bool bf16) {
  const Architecture& a = start.architecture;
  const auto tower = [](const Architecture::Tower& t) {
    return nlohmann::ordered_json{{"width", t.width}, {"layers", t.layers}, {"heads", t.heads}, {"mlp", t.mlp}};
  };
  const nlohmann::ordered_json settings = {
      {"format", "longclip-training"},
      {"version", LONGCLIP_VERSION},
      {"start", start.source},
      {"start_sha256", sha256_of(start)},
      {"kept", options.kept},
      {"ratio", options.ratio},
      {"logit_scale", options.logit_scale},
      {"tokenizer_sha256", start.tokenizer.empty() ? "CLIP's" : io::sha256_of_file(start.tokenizer)},
      {"architecture",
       {{"embedding_size", a.embedding_size},
        {"image_size", a.image_size},
        {"patch_size", a.patch_size},
        {"vision", tower(a.vision)},
        {"vocabulary_size", a.vocabulary_size},
        {"context_length", a.context_length},
        {"text", tower(a.text)},
        {"activation", a.activation}}},
      {"objective", to_string(options.objective)},
      {"captions", to_string(options.captions)},
      {"components", options.components},
      {"label_smoothing", options.label_smoothing},
      {"freeze_first_positions", options.freeze_first_positions},
      {"batch", options.batch},
      {"micro_batch", options.micro_batch},
      {"steps", steps},
      {"learning_rate", options.learning_rate},
      {"warmup", options.warmup},
      {"weight_decay", options.weight_decay},
      {"decay_vectors", options.decay_vectors},
      {"hard_negatives", options.hard_negatives},
      {"hard_share", options.hard_share},
      {"seed", options.seed},
      {"precision", bf16 ? "bf16" : "fp32"},
      {"device", options.device.substr(0, options.device.find(':'))},
      {"processes", options.processes},
      {"examples", examples.size()},
      {"examples_sha256", sha256_of(examples)}};
  // The name of a start may be no UTF-8: as JSON has it, here as on disk.
  return nlohmann::ordered_json::parse(settings.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

void compare(const nlohmann::json& begun, const nlohmann::ordered_json& asked, const std::filesystem::path& run) {
  for (const auto& [key, value] : asked.items()) {
    if (decides_nothing(key)) continue;
    const auto before = begun.find(key);
    const nlohmann::json now = value;
    if (before != begun.end() && *before == now) continue;
    std::string what = "with " + key + " " + (before == begun.end() ? "unknown" : before->dump()) +
                       ", and is now asked for " + now.dump();
    if (key == "examples_sha256") what = "on other pictures or captions";
    if (key == "start_sha256") what = "from other weights";
    if (key == "tokenizer_sha256") what = "with another tokenizer";
    throw InvalidInput(run.string() + ": this run was begun " + what +
                       "; resume it as it was begun, or name another folder");
  }
}

}  // namespace longclip::training
