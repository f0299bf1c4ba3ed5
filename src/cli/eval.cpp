// longclip eval: recall over a data set, or zero-shot accuracy over a folder of classes.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <longclip/dataset.h>
#include <longclip/error.h>
#include <longclip/evaluation.h>

#include "cli/checks.h"
#include "cli/class_options.h"
#include "cli/command.h"
#include "cli/features.h"
#include "cli/json.h"
#include "cli/model_options.h"
#include "cli/pictures.h"
#include "cli/progress.h"
#include "cli/scores.h"
#include "cli/usage_error.h"

namespace longclip::cli {
namespace {

struct EvalOptions {
  std::string data;
  DatasetOptions dataset;
  std::string captions;
  std::size_t max_tokens = 0;
  std::vector<std::size_t> at;
  std::size_t resamples = 1000;
  std::uint64_t seed = 0;
  bool json = false;
  ClassOptions classes;
  ImageOptions image;
  ModelOptions model;

  EvaluationOptions evaluation(std::vector<std::size_t> usual_ks) const {
    EvaluationOptions options;
    options.ks = at.empty() ? std::move(usual_ks) : at;
    std::sort(options.ks.begin(), options.ks.end());
    options.ks.erase(std::unique(options.ks.begin(), options.ks.end()), options.ks.end());
    options.resamples = resamples;
    options.seed = seed;
    options.threads = model.threads;
    return options;
  }
};

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

std::string plural(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

// What every report begins with.
std::string title(const EvalOptions& options, const Model& model, const std::string& what) {
  return options.data + ": " + what + ", model " + model.info().name + ", in percent" +
         (options.resamples > 0 ? " with 95 % intervals" : "") + "\n";
}

// The part of a data set that one kind of captions makes.
struct Kind {
  std::string name;  // "long"
  RetrievalSet set;
  CaptionFeatures texts;
  RetrievalReport report;
};

std::vector<Kind> caption_kinds(const EvalOptions& options, const std::vector<Example>& examples) {
  std::vector<Kind> kinds;
  const auto add = [&](CaptionKind kind, const char* name) {
    if (!options.captions.empty() && options.captions != "both" && options.captions != name) return;
    RetrievalSet set = retrieval_set(examples, kind);
    if (!set.texts.empty()) kinds.push_back({name, std::move(set), {}, {}});
  };
  add(CaptionKind::long_captions, "long");
  add(CaptionKind::short_captions, "short");
  if (kinds.empty()) throw InvalidInput(options.data + ": has no " + options.captions + " captions");
  return kinds;
}

Json direction_json(const RetrievalDirection& direction, const std::vector<std::size_t>& ks) {
  Json json = {{"queries", direction.queries}};
  add_scores(json, "recall", ks, direction.recall);
  return json;
}

Json group_json(const GroupScores& scores) {
  Json json = {{"images", scores.images}};
  add_score(json["image_to_text"], "accuracy", scores.image_to_text);
  add_score(json["text_to_image"], "accuracy", scores.text_to_image);
  return json;
}

Json retrieval_json(const EvalOptions& options, const Dataset& dataset, const Model& model,
                    const std::vector<Kind>& kinds, const GroupReport& groups, const EvaluationOptions& evaluation) {
  Json json = {{"data", dataset.path.string()},
               {"format", dataset.format},
               {"model", model.info().name},
               {"max_tokens", options.max_tokens > 0 ? options.max_tokens : model.info().context_length},
               {"images", kinds.front().set.images.size()}};
  for (const Kind& kind : kinds) {
    json[kind.name] = {{"texts", kind.set.texts.size()},
                       {"truncated", kind.texts.cut},
                       {"image_to_text", direction_json(kind.report.image_to_text, evaluation.ks)},
                       {"text_to_image", direction_json(kind.report.text_to_image, evaluation.ks)}};
  }
  if (groups.groups > 0) {
    json["groups"] = group_json(groups.all);
    json["groups"]["groups"] = groups.groups;
    Json& details = json["groups"]["details"] = Json::object();
    for (const auto& part : groups.details) details[part.detail] = group_json(part);
  }
  return json;
}

std::string retrieval_text(const std::vector<Kind>& kinds, const GroupReport& groups,
                           const EvaluationOptions& evaluation, bool colour) {
  std::string text;
  for (const Kind& kind : kinds) {
    ScoreTable table(score_table_head(kind.name + " captions", "R", evaluation.ks));
    table.add("  image->text", kind.report.image_to_text.recall);
    table.add("  text->image", kind.report.text_to_image.recall);
    table.add_chance("  by chance", kind.report.text_to_image.recall);
    text += "\n" + table.text(colour);
  }
  if (groups.groups > 0) {
    ScoreTable table({"within " + plural(groups.groups, "group"), "image->text", "text->image"});
    const auto scores = [](const GroupScores& part) { return std::vector{part.image_to_text, part.text_to_image}; };
    table.add("  all", scores(groups.all));
    for (const auto& part : groups.details) table.add("  " + part.detail, scores(part));
    table.add_chance("  by chance", scores(groups.all));
    text += "\n" + table.text(colour);
  }
  return text;
}

// Before the pictures, which take long.
void check_context(const EvalOptions& options, const Model& model) {
  model.tokenizer();  // throws where there is no text tower
  if (options.max_tokens > model.info().context_length) {
    throw InvalidInput("--max-tokens " + std::to_string(options.max_tokens) + ": the model takes " +
                       std::to_string(model.info().context_length) + " at most");
  }
}

// Takes the examples out whose picture could not be read.
void keep_read(std::vector<Example>& examples, const std::vector<std::filesystem::path>& images,
               const std::vector<std::size_t>& read) {
  std::vector<std::filesystem::path> names;
  for (const auto i : read) names.push_back(images[i]);
  std::sort(names.begin(), names.end());
  std::erase_if(examples, [&](const Example& example) {
    return !std::binary_search(names.begin(), names.end(), example.image);
  });
}

int evaluate_captions(const EvalOptions& options, Console& console) {
  Dataset dataset = read_dataset(options.data, options.dataset);
  const auto kinds_of_all = caption_kinds(options, dataset.examples);
  const Model model = load_model(options.model);
  check_context(options, model);

  Failures failures(console);
  const auto& images = kinds_of_all.front().set.images;
  const PictureFeatures pictures = picture_features(model, images, options.image, console, failures);
  if (pictures.read.empty()) return kFailed;
  keep_read(dataset.examples, images, pictures.read);

  auto kinds = caption_kinds(options, dataset.examples);
  std::vector<std::vector<std::string>> lists;
  for (const Kind& kind : kinds) lists.push_back(kind.set.texts);
  auto texts = caption_features(model, lists, options.max_tokens, console);

  EvaluationOptions evaluation = options.evaluation({1, 5, 10});
  Progress progress(console, "compared");
  evaluation.progress = [&](std::size_t done, std::size_t total) { progress.update(done, total); };
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    kinds[i].texts = std::move(texts[i]);
    kinds[i].report =
        evaluate_retrieval(pictures.features, kinds[i].texts.features, kinds[i].set.relevance, evaluation);
  }
  // Groups are told apart by the long captions, so the first kind is the one to ask.
  const Kind& kind = kinds.front();
  const GroupReport groups = evaluate_groups(pictures.features, kind.texts.features, kind.set.relevance.own,
                                             kind.set.groups, kind.set.details, evaluation);
  console.clear_status();

  for (const Kind& each : kinds) {
    if (each.texts.cut == 0) continue;
    console.report(std::to_string(each.texts.cut) + " of " + plural(each.set.texts.size(), each.name + " caption") +
                   " truncated to " +
                   std::to_string(options.max_tokens > 0 ? options.max_tokens : model.info().context_length) +
                   " tokens");
  }
  if (options.json) {
    Json json = retrieval_json(options, dataset, model, kinds, groups, evaluation);
    json["resamples"] = options.resamples;
    json["seed"] = options.seed;
    json["failed"] = failures.json();
    console.print(json_line(json));
  } else {
    console.print(title(options, model, plural(kind.set.images.size(), "picture")) +
                  retrieval_text(kinds, groups, evaluation, console.colour()));
  }
  return failures.empty() ? kDone : kFailed;
}

int evaluate_classes(const EvalOptions& options, Console& console) {
  const LabelledImages set = read_class_folders(options.data);
  auto labels = read_labels(options.classes, console);
  if (labels.size() != set.classes.size()) {
    throw InvalidInput(options.classes.labels + ": has " + plural(labels.size(), "label") + " for the " +
                       plural(set.classes.size(), "class folder") + " of " + options.data +
                       "; line i must name the i-th folder by name");
  }
  const Model model = load_model(options.model);
  const Classifier classifier = make_classifier(model, std::move(labels), options.classes, console);

  Failures failures(console);
  const PictureFeatures pictures = picture_features(model, set.images, options.image, console, failures);
  if (pictures.read.empty()) return kFailed;
  std::vector<std::size_t> wanted;
  for (const auto i : pictures.read) wanted.push_back(set.labels[i]);
  const EvaluationOptions evaluation = options.evaluation({1, 5});
  const auto scores = evaluate_classification(pictures.features, classifier.features(), wanted, evaluation);

  if (options.json) {
    Json json = {{"data", options.data},
                 {"model", model.info().name},
                 {"images", pictures.read.size()},
                 {"classes", set.classes.size()}};
    add_scores(json, "accuracy", evaluation.ks, scores);
    json["resamples"] = options.resamples;
    json["seed"] = options.seed;
    json["failed"] = failures.json();
    console.print(json_line(json));
  } else {
    ScoreTable table(score_table_head("zero-shot", "accuracy", evaluation.ks));
    table.add("  image->class", scores);
    table.add_chance("  by chance", scores);
    console.print(title(options, model,
                        plural(pictures.read.size(), "picture") + " of " + std::to_string(set.classes.size()) +
                            " classes") +
                  "\n" + table.text(console.colour()));
  }
  return failures.empty() ? kDone : kFailed;
}

int run(const EvalOptions& options, Console& console) {
  check(options);
  return options.classes.labels.empty() ? evaluate_captions(options, console) : evaluate_classes(options, console);
}

}  // namespace

Run declare_eval(CLI::App& command) {
  auto options = std::make_shared<EvalOptions>();
  command
      .add_option("DATA", options->data,
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
