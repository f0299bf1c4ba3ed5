#include <longclip/training.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

#include <longclip/error.h>
#include <longclip/tokenizer.h>

#include "engine/torchscript/device.h"
#include "engine/torchscript/thread_scope.h"
#include "package/config.h"
#include "package/make_package.h"
#include "runtime/processors.h"
#include "tower/torch_call.h"
#include "training/adamw.h"
#include "training/agreement.h"
#include "training/batch.h"
#include "training/gradients.h"
#include "training/parameters.h"
#include "training/process_group.h"
#include "training/processes.h"
#include "training/publish.h"
#include "training/run_folder.h"
#include "training/schedule.h"
#include "training/settings.h"
#include "training/start.h"

namespace longclip {
namespace {

using namespace training;

// True where the processor itself multiplies bf16 numbers; where LibTorch would do it step by step,
// float32 is faster.
bool multiplies_bf16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

bool use_bf16(TrainingPrecision precision, const at::Device& device) {
  if (precision == TrainingPrecision::fp32) return false;
  if (precision == TrainingPrecision::bf16 || !device.is_cpu()) return true;
  return multiplies_bf16();
}

BatchSource batch_source(const std::vector<Example>& examples, const TrainingOptions& options, const Start& start,
                         const Tokenizer& tokenizer, int threads) {
  BatchSource source;
  source.examples = &examples;
  source.tokenizer = &tokenizer;
  source.context = static_cast<std::size_t>(start.architecture.context_length);
  source.image_size = start.architecture.image_size;
  const package::Config clip;
  const std::array<double, 3> mean = start.mean.value_or(clip.mean);
  const std::array<double, 3> std = start.std.value_or(clip.std);
  std::copy(mean.begin(), mean.end(), source.mean.begin());
  std::copy(std.begin(), std.end(), source.std.begin());
  source.objective = options.objective;
  source.captions = options.captions;
  source.hard_negatives = options.hard_negatives;
  source.hard_share = options.hard_share;
  source.seed = options.seed;
  source.batch = options.batch;
  source.rank = options.rank;
  source.processes = options.processes;
  source.threads = threads;
  return source;
}

// The feature is taken at the end token, and every id has a row of the embedding.
void check_tokenizer(const Tokenizer& tokenizer, const Architecture& architecture, bool given) {
  if (tokenizer.end_id() < 0) {
    throw InvalidInput("the tokenizer has no end token (eos), where the text tower's feature is taken");
  }
  const auto rows = static_cast<std::size_t>(architecture.vocabulary_size);
  if (tokenizer.size() > rows || (!given && tokenizer.size() < rows)) {
    throw InvalidInput(std::string(given ? "the tokenizer" : "CLIP's tokenizer") + " has " +
                       std::to_string(tokenizer.size()) + " ids, and the text tower a vocabulary of " +
                       std::to_string(architecture.vocabulary_size) + "; name the one that it was trained with");
  }
}

// A run whose data, weights and state are there.
class Run {
 public:
  Run(const std::vector<Example>& examples, const std::filesystem::path& run, const TrainingOptions& options,
      const at::Device& device, int threads, bool bf16)
      : run_(run),
        options_(options),
        start_(make_start(options)),
        tokenizer_(start_.tokenizer.empty() ? Tokenizer::clip() : Tokenizer::load(start_.tokenizer)) {
    check_architecture(start_.architecture);
    check_tokenizer(tokenizer_, start_.architecture, !start_.tokenizer.empty());
    batches_.emplace(batch_source(examples, options, start_, tokenizer_, threads));
    const auto per_epoch = static_cast<double>(batches_->steps_per_epoch());
    steps_ = options.steps > 0 ? static_cast<std::int64_t>(options.steps)
                               : std::max<std::int64_t>(1, std::llround(options.epochs * per_epoch));
    batches_->end_at(static_cast<std::uint64_t>(steps_));
    const nlohmann::ordered_json settings = settings_of(options, examples, start_, steps_, bf16);
    parameters_.emplace(start_.architecture, start_.values, options.freeze_first_positions, device);
    start_.values.clear();
    AdamWOptions adamw;
    adamw.weight_decay = options.weight_decay;
    optimizer_.emplace(parameters_->trained(options.decay_vectors), adamw);
    // Processes other than the first read the state and write nothing.
    folder_.emplace(run, settings, options.resume, options.rank == 0);
    done_ = saved_ = folder_->restore(*parameters_, *optimizer_);
    plan_ = settings.dump() + " from step " + std::to_string(done_);
    loss_.objective = options.objective;
    loss_.components = options.components;
    loss_.label_smoothing = options.label_smoothing;
    loss_.micro_batch = static_cast<std::int64_t>(options.micro_batch);
    loss_.bf16 = bf16;
  }

  // What all processes of a training must have in common.
  const std::string& plan() const { return plan_; }

  void go(Processes& processes, const std::function<void(const TrainingStep&)>& progress) {
    folder_->begin();
    while (done_ < steps_) {
      const TrainingStep step = take_step(next_batch(), processes);
      folder_->log(step);
      if (done_ % static_cast<std::int64_t>(options_.checkpoint_every) == 0 || done_ == steps_) save();
      if (!progress) continue;
      try {
        progress(step);
      } catch (...) {
        save_before_stopping();
        throw;
      }
    }
  }

  TrainingReport finish() {
    if (options_.rank == 0) {
      publish(*folder_, *parameters_, start_, options_.name.empty() ? package::name_of(run_) : options_.name, steps_);
    }
    return {folder_->package(), folder_->checkpoint(), static_cast<std::size_t>(steps_), loss_.bf16 ? "bf16" : "fp32"};
  }

 private:
  using Clock = std::chrono::steady_clock;

  void save() {
    folder_->save(*parameters_, *optimizer_, done_);
    saved_ = done_;
  }

  // Whoever stops a run need not lose a step. Of several processes the others may be further.
  void save_before_stopping() {
    if (saved_ != done_ && options_.processes == 1) save();
  }

  Batch next_batch() {
    begin_ = Clock::now();
    try {
      return batches_->take(static_cast<std::uint64_t>(done_));
    } catch (...) {
      save_before_stopping();
      throw;
    }
  }

  TrainingStep take_step(const Batch& batch, Processes& processes) {
    const auto warmup = std::min<std::int64_t>(static_cast<std::int64_t>(options_.warmup), steps_ / 2);
    const StepLoss loss = compute_gradients(*parameters_, batch, loss_, processes);
    TrainingStep step;
    step.learning_rate = learning_rate(options_.learning_rate, done_, warmup, steps_);
    if (!std::isfinite(loss.long_text + loss.short_text) || !std::isfinite(loss.gradient_norm)) {
      throw Error(run_.string() + ": the loss of step " + std::to_string(done_ + 1) +
                  " is not a number; lower the learning rate, or raise the warm-up");
    }
    optimizer_->step(step.learning_rate);
    parameters_->clamp_logit_scale();
    ++done_;

    const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    pace_ = pace_ == 0 ? seconds : 0.95 * pace_ + 0.05 * seconds;
    step.step = static_cast<std::size_t>(done_);
    step.steps = static_cast<std::size_t>(steps_);
    step.epoch = batch.epoch;
    step.loss_long = loss.long_text;
    step.loss_short = loss.short_text;
    step.loss = loss.long_text + loss.short_text;
    step.gradient_norm = loss.gradient_norm;
    step.logit_scale = std::exp(parameters_->logit_scale().item<double>());
    step.images_per_second = static_cast<double>(options_.batch) / seconds;
    step.seconds_left = pace_ * static_cast<double>(steps_ - done_);
    return step;
  }

  std::filesystem::path run_;
  const TrainingOptions& options_;
  Start start_;  // without its values, which the parameters have
  Tokenizer tokenizer_;
  std::optional<Parameters> parameters_;
  std::optional<AdamW> optimizer_;
  std::optional<RunFolder> folder_;
  LossSettings loss_;
  std::string plan_;
  std::int64_t steps_ = 0;
  std::int64_t done_ = 0;
  std::int64_t saved_ = 0;          // done_ of the state on disk
  Clock::time_point begin_;         // of the step
  double pace_ = 0;                 // seconds a step, smoothed
  std::optional<Batches> batches_;  // last: its thread uses the members above
};

TrainingReport run_training(const std::vector<Example>& examples, const std::filesystem::path& folder,
                            const TrainingOptions& options, const std::function<void(const TrainingStep&)>& progress) {
  if (folder.empty()) throw InvalidInput("the run has no folder: name one to make");
  const at::Device device = engine::torchscript::find_device(options.device);
  const int threads = runtime::thread_count(options.threads);
  // What the calling thread has set for itself does not reach the training.
  const engine::torchscript::ThreadScope scope(threads);
  const c10::InferenceMode no_inference(false);
  const at::AutoGradMode with_gradients(true);

  check_processes(options);
  const std::unique_ptr<Processes> processes =
      options.processes == 1 ? single_process()
                             : process_group(options.rank, options.processes, options.meeting, device);
  std::optional<Run> run;
  std::exception_ptr failure;
  try {
    check(examples, options);
    run.emplace(examples, folder, options, device, threads, use_bf16(options.precision, device));
  } catch (...) {
    failure = std::current_exception();
  }
  agree(*processes, failure, run ? run->plan() : "", device);
  run->go(*processes, progress);
  return run->finish();
}

}  // namespace

TrainingOptions finetuning() {
  TrainingOptions options;
  options.ratio = 4;
  options.objective = TrainingObjective::component_matching;
  options.label_smoothing = 0.1;
  options.logit_scale = 100;
  options.freeze_first_positions = true;
  options.learning_rate = 1e-6;
  options.warmup = 200;
  options.weight_decay = 0.01;
  options.decay_vectors = true;
  return options;
}

TrainingReport train(const std::vector<Example>& examples, const std::filesystem::path& run,
                     const TrainingOptions& options, const std::function<void(const TrainingStep&)>& progress) {
  try {
    return run_training(examples, run, options, progress);
  } catch (const c10::Error& error) {
    throw Error(run.string() + ": LibTorch failed: " + tower::first_line(error.what_without_backtrace()));
  } catch (const std::bad_alloc&) {
    throw Error(run.string() + ": memory does not suffice: give a smaller micro-batch");
  }
}

}  // namespace longclip
