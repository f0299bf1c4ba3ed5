#include "cli/class_options.h"

#include <utility>

#include <longclip/error.h>

#include "cli/checks.h"
#include "cli/failures.h"
#include "cli/progress.h"
#include "cli/texts.h"

namespace longclip::cli {
namespace {

std::vector<std::string> read_lines(const std::string& file, const char* what, Console& console) {
  Failures failures(console);
  TextReader reader(file, failures);
  std::vector<std::string> lines;
  while (auto text = reader.next()) {
    if (text->text.find_first_not_of(" \t") == std::string::npos) {
      throw InvalidInput(text->where + ": is empty; every line is a " + what);
    }
    lines.push_back(std::move(text->text));
  }
  if (!failures.empty()) throw InvalidInput(file + ": every line must be a " + what);
  if (lines.empty()) throw InvalidInput(file + ": holds no " + what);
  return lines;
}

std::vector<std::string> read_templates(const ClassOptions& options, Console& console) {
  if (options.templates.empty()) return {"a photo of a {}."};
  if (options.templates == "imagenet") return imagenet_templates();
  if (options.templates == "none") return {kLabelPlace};
  return read_lines(options.templates, "template", console);
}

}  // namespace

void add_class_options(CLI::App& command, ClassOptions& options) {
  command
      .add_option("--labels", options.labels, "file of the classes' names: .txt a name a line, .jsonl a string a line")
      ->option_text("FILE")
      ->check(a_file_name());
  command
      .add_option(
          "--templates", options.templates,
          "what a name is put into: a file, a template with {} a line; imagenet: CLIP's 80; none: the name alone. "
          "\"a photo of a {}.\" if not given")
      ->option_text("FILE|imagenet|none")
      ->check(a_file_name());
}

std::vector<std::string> read_labels(const ClassOptions& options, Console& console) {
  return read_lines(options.labels, "label", console);
}

Classifier make_classifier(const Model& model, std::vector<std::string> labels, const ClassOptions& options,
                           Console& console) {
  const auto templates = read_templates(options, console);
  Progress progress(console, "labels");
  return Classifier(model, std::move(labels), templates,
                    [&](std::size_t done, std::size_t total) { progress.update(done, total); });
}

}  // namespace longclip::cli
