// longclip eval over class folders: zero-shot accuracy.
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <longclip/error.h>

#include "cli/command.h"
#include "cli/eval.h"
#include "cli/features.h"
#include "cli/json.h"
#include "cli/scores.h"

namespace longclip::cli {

int evaluate_classes(const EvalOptions& options, Console& console) {
  const LabelledImages set = read_class_folders(options.data);
  auto labels = read_labels(options.classes, console);
  if (labels.size() != set.classes.size()) {
    throw InvalidInput(options.classes.labels + ": has " + plural(labels.size(), "label") + " for the " +
                       plural(set.classes.size(), "class folder") + " of " + options.data +
                       "; line i must name the i-th folder by name");
  }
  const Model model = load_model(options.model, console);
  const Classifier classifier = make_classifier(model, std::move(labels), options.classes, console);

  Failures failures(console);
  const PictureFeatures pictures =
      picture_features(model, named_pictures(set.images), options.image, console, failures);
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
    console.print(report_title(options, model,
                               plural(pictures.read.size(), "picture") + " of " + std::to_string(set.classes.size()) +
                                   " classes") +
                  "\n" + table.text(console.colour()));
  }
  return failures.empty() ? kDone : kFailed;
}

}  // namespace longclip::cli
