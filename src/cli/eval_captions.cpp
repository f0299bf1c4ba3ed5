// longclip eval over pictures with captions: recall, and accuracy within groups.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <longclip/error.h>

#include "cli/command.h"
#include "cli/eval.h"
#include "cli/features.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/scores.h"

namespace longclip::cli {
namespace {

constexpr const char* kLong = "long";

// The part of a data set that one kind of captions makes.
struct Kind {
  std::string name;  // "long"
  RetrievalSet set;
  CaptionFeatures texts{};
  RetrievalReport report{};
};

std::vector<Kind> caption_kinds(const EvalOptions& options, const std::vector<Example>& examples) {
  std::vector<Kind> kinds;
  const auto add = [&](CaptionKind kind, const char* name) {
    if (!options.captions.empty() && options.captions != "both" && options.captions != name) return;
    RetrievalSet set = retrieval_set(examples, kind);
    if (!set.texts.empty()) kinds.push_back({name, std::move(set)});
  };
  add(CaptionKind::long_captions, kLong);
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

void add_retrieval(Json& json, const std::vector<Kind>& kinds, const GroupReport& groups,
                   const std::vector<std::size_t>& ks) {
  for (const Kind& kind : kinds) {
    json[kind.name] = {{"texts", kind.set.texts.size()},
                       {"truncated", kind.texts.cut},
                       {"image_to_text", direction_json(kind.report.image_to_text, ks)},
                       {"text_to_image", direction_json(kind.report.text_to_image, ks)}};
  }
  if (groups.groups > 0) {
    json["groups"] = group_json(groups.all);
    json["groups"]["groups"] = groups.groups;
    Json& details = json["groups"]["details"] = Json::object();
    for (const auto& part : groups.details) details[part.detail] = group_json(part);
  }
}

std::string retrieval_text(const std::vector<Kind>& kinds, const GroupReport& groups,
                           const std::vector<std::size_t>& ks, bool colour) {
  std::string text;
  for (const Kind& kind : kinds) {
    ScoreTable table(score_table_head(kind.name + " captions", "R", ks));
    table.add("  image->text", kind.report.image_to_text.recall);
    table.add_chance("    by chance", kind.report.image_to_text.recall);
    table.add("  text->image", kind.report.text_to_image.recall);
    table.add_chance("    by chance", kind.report.text_to_image.recall);
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
  std::erase_if(examples,
                [&](const Example& example) { return !std::binary_search(names.begin(), names.end(), example.image); });
}

void report_cut(const std::vector<Kind>& kinds, std::size_t tokens, Console& console) {
  for (const Kind& kind : kinds) {
    if (kind.texts.cut == 0) continue;
    console.report(std::to_string(kind.texts.cut) + " of " + plural(kind.set.texts.size(), kind.name + " caption") +
                   " truncated to " + std::to_string(tokens) + " tokens");
  }
}

void measure(std::vector<Kind>& kinds, const Matrix& pictures, EvaluationOptions evaluation, Console& console) {
  for (Kind& kind : kinds) {
    Progress progress(console, "compared");
    evaluation.progress = [&](std::size_t done, std::size_t total) { progress.update(done, total); };
    kind.report = evaluate_retrieval(pictures, kind.texts.features, kind.set.relevance, evaluation);
  }
}

}  // namespace

int evaluate_captions(const EvalOptions& options, Console& console) {
  Dataset dataset = read_dataset(options.data, options.dataset);
  const auto images = caption_kinds(options, dataset.examples).front().set.images;
  const Model model = load_model(options.model, console);
  check_context(options, model);

  Failures failures(console);
  const PictureFeatures pictures = picture_features(model, named_pictures(images), options.image, console, failures);
  if (pictures.read.empty()) return kFailed;
  keep_read(dataset.examples, images, pictures.read);
  auto kinds = caption_kinds(options, dataset.examples);
  std::vector<std::vector<std::string>> lists;
  for (const Kind& kind : kinds) lists.push_back(kind.set.texts);
  auto texts = caption_features(model, lists, options.max_tokens, console);
  for (std::size_t i = 0; i < kinds.size(); ++i) kinds[i].texts = std::move(texts[i]);

  const EvaluationOptions evaluation = options.evaluation({1, 5, 10});
  measure(kinds, pictures.features, evaluation, console);
  const Kind& kind = kinds.front();
  GroupReport groups;
  // Long captions tell apart what is in a group. Short ones are not asked where there are long ones.
  const bool has_long = std::any_of(dataset.examples.begin(), dataset.examples.end(),
                                    [](const Example& example) { return !example.long_captions.empty(); });
  if (kind.name == kLong || !has_long) {
    groups = evaluate_groups(pictures.features, kind.texts.features, kind.set.relevance.own, kind.set.groups,
                             kind.set.details, evaluation);
  }

  const std::size_t tokens = options.max_tokens > 0 ? options.max_tokens : model.info().context_length;
  report_cut(kinds, tokens, console);
  if (options.json) {
    Json json = {{"data", dataset.path.string()},
                 {"format", dataset.format},
                 {"model", model.info().name},
                 {"max_tokens", tokens},
                 {"images", kind.set.images.size()}};
    add_retrieval(json, kinds, groups, evaluation.ks);
    json["resamples"] = options.resamples;
    json["seed"] = options.seed;
    json["failed"] = failures.json();
    console.print(json_line(json));
  } else {
    console.print(report_title(options, model, plural(kind.set.images.size(), "picture")) +
                  retrieval_text(kinds, groups, evaluation.ks, console.colour()));
  }
  return failures.empty() ? kDone : kFailed;
}

}  // namespace longclip::cli
