#pragma once

#include <string>
#include <vector>

#include <longclip/evaluation.h>
#include <CLI/CLI.hpp>

#include "cli/console.h"

namespace longclip::cli {

// Which classes there are, and how they are put into words.
struct ClassOptions {
  std::string labels;     // file
  std::string templates;  // file, "imagenet" or "none"; empty: the usual one
};

// Adds --labels and --templates.
void add_class_options(CLI::App& command, ClassOptions& options);

// The labels of the file, one a line. Throws InvalidInput for lines that are no labels, InvalidFile if
// it cannot be read.
std::vector<std::string> read_labels(const ClassOptions& options, Console& console);

// The classifier for them, made with progress. Throws as above and as Classifier does.
Classifier make_classifier(const Model& model, std::vector<std::string> labels, const ClassOptions& options,
                           Console& console);

}  // namespace longclip::cli
