// longclip classify: for each picture the labels that fit best.
#include <memory>
#include <string>
#include <vector>

#include <longclip/error.h>

#include "cli/checks.h"
#include "cli/class_options.h"
#include "cli/command.h"
#include "cli/encoding.h"
#include "cli/model_options.h"
#include "cli/ranking.h"
#include "cli/standard_input.h"
#include "cli/usage_error.h"

namespace longclip::cli {
namespace {

constexpr RankingKind kLabelsByImage{"image", "labels", "label"};

struct ClassifyOptions {
  std::vector<std::string> images;
  ClassOptions classes;
  std::size_t top = 5;
  bool json = false;
  ImageOptions image;
  ModelOptions model;
};

int run(const ClassifyOptions& options, Console& console) {
  const std::vector<std::string> files = {options.classes.labels, options.classes.templates};
  check_standard_input({&options.images, &files});
  if (options.images.empty()) throw UsageError("no picture: name pictures or folders");
  auto labels = read_labels(options.classes, console);
  Failures failures(console);
  const auto pictures = find_pictures(options.images, failures);
  if (pictures.empty()) return kFailed;

  const Model model = load_model(options.model, console);
  const Classifier classifier = make_classifier(model, std::move(labels), options.classes, console);
  bool first = true;
  encode_pictures(model, pictures, options.image, console, failures, [&](const ImageFeatures& piece) {
    for (std::size_t i = 0; i < piece.indices.size(); ++i) {
      const std::string& name = pictures[piece.indices[i]].name;
      const auto ranking =
          rank_items(piece.features.row(i), classifier.features(), model.info().logit_scale, options.top);
      if (options.json) {
        console.print(json_line(ranking_json(kLabelsByImage, name, ranking, classifier.labels())));
        continue;
      }
      const std::string head = first ? ranking_table_head(kLabelsByImage, console.colour()) : "\n";
      first = false;
      console.print(head + ranking_table(name, ranking, classifier.labels(), console.width(), console.colour()));
    }
  });
  return failures.empty() ? kDone : kFailed;
}

}  // namespace

Run declare_classify(CLI::App& command) {
  auto options = std::make_shared<ClassifyOptions>();
  command
      .add_option("IMAGE", options->images,
                  "pictures, folders of them, lists (a .txt file or @FILE, a path a line), - for a picture on "
                  "standard input")
      ->option_text("IMAGE...")
      ->check(a_file_name());
  add_class_options(command, options->classes);
  command.get_option("--labels")->required();
  command.add_option("--top", options->top, "show the best K labels; 5 if not given")
      ->option_text("K")
      ->check(at_least(1));
  command.add_flag("--json", options->json, "a line {\"image\", \"labels\"} per image");
  add_image_options(command, options->image);
  add_model_options(command, options->model);
  command.footer("Example:\n  longclip classify photos/ --labels animals.txt --top 3");
  return [options](Console& console) { return run(*options, console); };
}

}  // namespace longclip::cli
