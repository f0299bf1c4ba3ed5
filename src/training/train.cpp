#include <longclip/training.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <longclip/error.h>
#include <longclip/tokenizer.h>
#include <longclip/version.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/clip_weights.h"
#include "engine/torchscript/device.h"
#include "engine/torchscript/thread_scope.h"
#include "io/sha256.h"
#include "package/config.h"
#include "package/make_package.h"
#include "runtime/processors.h"
#include "tower/torch_call.h"
#include "training/adamw.h"
#include "training/batch.h"
#include "training/gradients.h"
#include "training/parameters.h"
#include "training/process_group.h"
#include "training/processes.h"
#include "training/run_folder.h"
#include "training/schedule.h"
#include "training/start.h"
#include "training/state_dict_file.h"

namespace longclip {
namespace {

using namespace training;

// A hash of everything that examples say, so that a run is not resumed on other data.
std::string sha256_of(const std::vector<Example>& examples) {
  io::Sha256 hash;
  const auto add = [&](const std::string& text) {
    hash.update(std::as_bytes(std::span(text)));
    hash.update(std::as_bytes(std::span("\n", 1)));
  };
  for (const Example& example : examples) {
    add(example.image.filename().string());
    for (const auto& caption : example.long_captions) add(caption);
    for (const auto& caption : example.short_captions) add(caption);
  }
  return hash.finish();
}

std::string to_string(Objective objective) {
  return objective == Objective::contrastive ? "contrastive" : "component_matching";
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

// What decides the weights that a run ends in.
nlohmann::ordered_json settings_of(const TrainingOptions& options, const std::vector<Example>& examples,
                                   const Start& start, std::int64_t steps, bool bf16) {
  const Architecture& a = start.architecture;
  const auto tower = [](const Architecture::Tower& t) {
    return nlohmann::ordered_json{{"width", t.width}, {"layers", t.layers}, {"heads", t.heads}, {"mlp", t.mlp}};
  };
  return {{"format", "longclip-training"},
          {"version", LONGCLIP_VERSION},
          {"start", options.start.string()},
          {"architecture",
           {{"embedding_size", a.embedding_size},
            {"image_size", a.image_size},
            {"patch_size", a.patch_size},
            {"vision", tower(a.vision)},
            {"vocabulary_size", a.vocabulary_size},
            {"context_length", a.context_length},
            {"text", tower(a.text)},
            {"activation", a.activation}}},
          {"kept", options.kept},
          {"ratio", options.ratio},
          {"objective", to_string(options.objective)},
          {"captions", to_string(options.captions)},
          {"components", options.components},
          {"label_smoothing", options.label_smoothing},
          {"logit_scale", options.logit_scale},
          {"frozen_positions", options.frozen_positions},
          {"batch", options.batch},
          {"micro_batch", options.micro_batch},
          {"steps", steps},
          {"learning_rate", options.learning_rate},
          {"warmup", options.warmup},
          {"weight_decay", options.weight_decay},
          {"decay_vectors", options.decay_vectors},
          {"seed", options.seed},
          {"precision", bf16 ? "bf16" : "fp32"},
          {"processes", options.processes},
          {"examples", examples.size()},
          {"captions_sha256", sha256_of(examples)}};
}

void require(bool holds, const std::string& what) {
  if (!holds) throw InvalidInput(what);
}

void check(const std::vector<Example>& examples, const TrainingOptions& options) {
  require(options.processes >= 1 && options.rank >= 0 && options.rank < options.processes,
          "rank " + std::to_string(options.rank) + " of " + std::to_string(options.processes) +
              " processes: ranks are counted from 0");
  require(options.batch >= 2, "batch is " + std::to_string(options.batch) + "; a contrast needs 2 pictures or more");
  require(options.batch % static_cast<std::size_t>(options.processes) == 0,
          "batch is " + std::to_string(options.batch) + ", no multiple of the " + std::to_string(options.processes) +
              " processes");
  require(examples.size() >= options.batch, "there are " + std::to_string(examples.size()) +
                                                " pictures, fewer than the " + std::to_string(options.batch) +
                                                " of a batch; lower the batch, or give more data");
  require(options.learning_rate > 0 && std::isfinite(options.learning_rate), "the learning rate must be above 0");
  require(options.steps > 0 || options.epochs > 0, "neither steps nor epochs are above 0");
  require(options.components > 0, "components must be 1 or more");
  require(options.label_smoothing >= 0 && options.label_smoothing < 1, "label smoothing must be from 0 to below 1");
  require(options.weight_decay >= 0, "weight decay must be 0 or more");
  require(options.checkpoint_every > 0, "checkpoint_every must be 1 or more");
  for (const Example& example : examples) {
    require(!example.long_captions.empty() || !example.short_captions.empty(),
            example.image.string() + ": has no caption");
  }
}

// True where the processor itself multiplies bf16 numbers; where LibTorch would do it step by step,
// float32 is faster.
bool multiplies_bf16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

// What random weights are drawn for.
void check(const Architecture& architecture) {
  const auto heads_fit = [](const Architecture::Tower& tower) {
    return tower.width > 0 && tower.layers > 0 && tower.heads > 0 && tower.mlp > 0 && tower.width % tower.heads == 0;
  };
  require(heads_fit(architecture.vision) && heads_fit(architecture.text),
          "a tower needs a width, layers, heads and an mlp above 0, the width a multiple of the heads");
  require(architecture.patch_size > 0 && architecture.image_size > 0 &&
              architecture.image_size % architecture.patch_size == 0,
          "image size " + std::to_string(architecture.image_size) + " is no multiple of the patch size " +
              std::to_string(architecture.patch_size));
  require(architecture.embedding_size > 0, "the embedding size must be above 0");
  require(architecture.context_length > 1, "the context must hold a start and an end token");
  require(architecture.activation == "quick_gelu" || architecture.activation == "gelu",
          "activation \"" + architecture.activation + "\": known are quick_gelu and gelu");
}

bool use_bf16(TrainingPrecision precision, const at::Device& device) {
  if (precision == TrainingPrecision::fp32) return false;
  if (precision == TrainingPrecision::bf16 || !device.is_cpu()) return true;
  return multiplies_bf16();
}

// The run's package and .pt, from its parameters.
void publish(const RunFolder& folder, const Parameters& parameters, const Start& start, const TrainingOptions& options,
             const std::filesystem::path& run, std::int64_t steps) {
  write_state_dict(folder.checkpoint(), parameters.state_dict());
  checkpoint::Checkpoint checkpoint = checkpoint::read_checkpoint(folder.checkpoint());
  checkpoint.activation = start.architecture.activation;
  checkpoint.vision_heads = start.architecture.vision.heads;
  checkpoint.text_heads = start.architecture.text.heads;
  checkpoint.mean = start.mean;
  checkpoint.std = start.std;
  ConvertOptions convert;
  convert.ratio = 1;
  convert.name =
      !options.name.empty() ? options.name : std::filesystem::absolute(run).lexically_normal().filename().string();
  convert.tokenizer = start.tokenizer;
  convert.overwrite = true;
  convert.source =
      "trained by longclip " LONGCLIP_VERSION " from " + start.source + ", " + std::to_string(steps) + " steps";
  package::make_package(checkpoint, checkpoint::clip_weights(checkpoint), folder.package(), convert);
}

TrainingReport run_training(const std::vector<Example>& examples, const std::filesystem::path& run,
                            const TrainingOptions& options, const std::function<void(const TrainingStep&)>& progress) {
  check(examples, options);
  if (options.start.empty()) check(options.architecture);
  const at::Device device = engine::torchscript::find_device(options.device);
  const int threads = options.threads > 0 ? options.threads : runtime::available_processors();
  const engine::torchscript::ThreadScope scope(threads);
  const bool bf16 = use_bf16(options.precision, device);

  Start start = make_start(options);
  const Tokenizer tokenizer = start.tokenizer.empty() ? Tokenizer::clip() : Tokenizer::load(start.tokenizer);
  const Architecture& architecture = start.architecture;

  BatchSource source;
  source.examples = &examples;
  source.tokenizer = &tokenizer;
  source.context = static_cast<std::size_t>(architecture.context_length);
  source.image_size = architecture.image_size;
  const package::Config clip;
  const std::array<double, 3> mean = start.mean.value_or(clip.mean);
  const std::array<double, 3> std = start.std.value_or(clip.std);
  std::copy(mean.begin(), mean.end(), source.mean.begin());
  std::copy(std.begin(), std.end(), source.std.begin());
  source.objective = options.objective;
  source.captions = options.captions;
  source.seed = options.seed;
  source.batch = options.batch;
  source.rank = options.rank;
  source.processes = options.processes;
  source.threads = threads;
  Batches batches(source);

  const auto per_epoch = static_cast<double>(batches.steps_per_epoch());
  const auto steps = options.steps > 0 ? static_cast<std::int64_t>(options.steps)
                                       : std::max<std::int64_t>(1, std::llround(options.epochs * per_epoch));
  const auto warmup = std::min<std::int64_t>(static_cast<std::int64_t>(options.warmup), steps / 2);

  Parameters parameters(architecture, start.values, options.frozen_positions, device);
  start.values.clear();
  AdamWOptions adamw;
  adamw.weight_decay = options.weight_decay;
  AdamW optimizer(parameters.trained(options.decay_vectors), adamw);
  const bool writes = options.rank == 0;
  // Processes other than the first read the state and write nothing.
  RunFolder folder(run, settings_of(options, examples, start, steps, bf16), options.resume, writes);
  std::int64_t done = folder.restore(parameters, optimizer);
  const std::unique_ptr<Processes> processes =
      options.processes == 1 ? single_process()
                             : process_group(options.rank, options.processes, options.meeting, device);

  LossSettings loss_settings;
  loss_settings.objective = options.objective;
  loss_settings.components = options.components;
  loss_settings.label_smoothing = options.label_smoothing;
  loss_settings.micro_batch = static_cast<std::int64_t>(options.micro_batch);
  loss_settings.bf16 = bf16;

  using Clock = std::chrono::steady_clock;
  double pace = 0;  // seconds a step, smoothed
  for (; done < steps; ++done) {
    const auto begin = Clock::now();
    const Batch batch = batches.take(static_cast<std::uint64_t>(done));
    const StepLoss loss = compute_gradients(parameters, batch, loss_settings, *processes);
    const double rate = learning_rate(options.learning_rate, done, warmup, steps);
    if (!std::isfinite(loss.long_text + loss.short_text)) {
      throw Error(run.string() + ": the loss of step " + std::to_string(done + 1) +
                  " is no number: lower the learning rate, or raise the warm-up");
    }
    optimizer.step(rate);
    parameters.clamp_logit_scale();

    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    pace = pace == 0 ? seconds : 0.95 * pace + 0.05 * seconds;
    TrainingStep step;
    step.step = static_cast<std::size_t>(done + 1);
    step.steps = static_cast<std::size_t>(steps);
    step.epoch = batch.epoch;
    step.loss_long = loss.long_text;
    step.loss_short = loss.short_text;
    step.loss = loss.long_text + loss.short_text;
    step.learning_rate = rate;
    step.logit_scale = std::exp(parameters.logit_scale().item<double>());
    step.images_per_second = static_cast<double>(options.batch) / seconds;
    step.seconds_left = pace * static_cast<double>(steps - done - 1);
    folder.log(step);
    const bool save = (done + 1) % static_cast<std::int64_t>(options.checkpoint_every) == 0 || done + 1 == steps;
    if (save) folder.save(parameters, optimizer, done + 1);
    if (progress) progress(step);
  }
  if (writes) publish(folder, parameters, start, options, run, steps);
  return {folder.package(), folder.checkpoint(), static_cast<std::size_t>(steps), bf16 ? "bf16" : "fp32"};
}

}  // namespace

TrainingOptions finetuning() {
  TrainingOptions options;
  options.ratio = 4;
  options.objective = Objective::component_matching;
  options.label_smoothing = 0.1;
  options.logit_scale = 100;
  options.frozen_positions = 20;
  options.learning_rate = 1e-6;
  options.warmup = 200;
  options.weight_decay = 0.01;
  options.decay_vectors = true;
  return options;
}

TrainingReport train(const std::vector<Example>& examples, const std::filesystem::path& run,
                     const TrainingOptions& options, const std::function<void(const TrainingStep&)>& progress) {
  return run_training(examples, run, options, progress);
}

}  // namespace longclip
