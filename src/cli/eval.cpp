// longclip eval: recall over a data set, or zero-shot accuracy over a folder of classes.
#include "cli/eval.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "cli/checks.h"
#include "cli/command.h"
#include "cli/pictures.h"
#include "cli/usage_error.h"

namespace longclip::cli {
namespace {

void check(const EvalOptions& options) {
  if (options.classes.labels.empty()) {
    if (!options.classes.templates.empty()) throw UsageError("--templates is for classes: give their --labels, too");
    return;
  }
  const DatasetOptions& dataset = options.dataset;
  const bool for_captions = !options.captions.empty() || options.max_tokens > 0 || !dataset.format.empty() ||
                            !dataset.images.empty() || dataset.first > 0 || dataset.count > 0;
  if (for_captions) {
    throw UsageError(
        "--labels takes DATA as a folder of class folders: leave out --captions, --max-tokens, --format, --images, "
        "--first and --count");
  }
}

int run(const EvalOptions& options, Console& console) {
  check(options);
  return options.classes.labels.empty() ? evaluate_captions(options, console) : evaluate_classes(options, console);
}

}  // namespace

EvaluationOptions EvalOptions::evaluation(std::vector<std::size_t> usual_ks) const {
  EvaluationOptions options;
  options.ks = at.empty() ? std::move(usual_ks) : at;
  std::sort(options.ks.begin(), options.ks.end());
  options.ks.erase(std::unique(options.ks.begin(), options.ks.end()), options.ks.end());
  options.resamples = resamples;
  options.seed = seed;
  options.threads = model.threads;
  return options;
}

std::string report_title(const EvalOptions& options, const Model& model, const std::string& what) {
  return options.data + ": " + what + ", model " + model.info().name + ", in percent" +
         (options.resamples > 0 ? " with 95 % intervals" : "") + "\n";
}

std::string plural(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

Run declare_eval(CLI::App& command) {
  auto options = std::make_shared<EvalOptions>();
  command
      .add_option(
          "DATA", options->data,
          "folder of `longclip scenes`, or captions in any format of docs/datasets.md; with --labels a folder of "
          "class folders")
      ->option_text("DATA")
      ->check(a_file_name())
      ->required();
  command.add_option("--format", options->dataset.format, "of the captions; told by their content if not given")
      ->option_text("FORMAT")
      ->check(CLI::IsMember(dataset_formats()));
  command.add_option("--images", options->dataset.images, "folder that the pictures' names are relative to")
      ->option_text("FOLDER")
      ->check(a_file_name());
  command.add_option("--first", options->dataset.first, "leave out the first N pictures")
      ->option_text("N")
      ->check(at_least(0));
  command.add_option("--count", options->dataset.count, "take N pictures only")->option_text("N")->check(at_least(1));
  command.add_option("--captions", options->captions, "which captions; both, as far as there are any, if not given")
      ->option_text("long|short|both")
      ->check(CLI::IsMember({"long", "short", "both"}));
  command
      .add_option("--max-tokens", options->max_tokens,
                  "cut captions to N tokens, as a model of that context sees them; the model's context if not given")
      ->option_text("N")
      ->check(at_least(2));
  add_class_options(command, options->classes);
  command.add_option("--at", options->at, "count a hit among the best K; 1 5 10 if not given, 1 5 with --labels")
      ->option_text("K...")
      ->check(at_least(1));
  command
      .add_option("--resamples", options->resamples, "bootstrap samples for the intervals; 1000 if not given, 0: none")
      ->option_text("N")
      ->check(at_least(0));
  command.add_option("--seed", options->seed, "of the bootstrap; 0 if not given")->option_text("N")->check(at_least(0));
  command.add_flag("--json", options->json, "report as a JSON document");
  add_image_options(command, options->image);
  add_model_options(command, options->model);
  command.footer(
      "Examples:\n  longclip eval Urban1k/\n  longclip eval annotations/captions_val2017.json\n"
      "  longclip eval imagenet/val --labels classes.txt --templates imagenet");
  return [options](Console& console) { return run(*options, console); };
}

}  // namespace longclip::cli
