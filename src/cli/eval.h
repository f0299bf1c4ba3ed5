#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <longclip/dataset.h>
#include <longclip/evaluation.h>
#include <longclip/image.h>

#include "cli/class_options.h"
#include "cli/console.h"
#include "cli/model_options.h"

// The two things that `longclip eval` measures.
namespace longclip::cli {

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

  // With the ks that are asked for, in order and each once, or the usual ones.
  EvaluationOptions evaluation(std::vector<std::size_t> usual_ks) const;
};

// Recall over captions, and accuracy over class folders. Print the report; give the exit code.
int evaluate_captions(const EvalOptions& options, Console& console);
int evaluate_classes(const EvalOptions& options, Console& console);

// The first line of a report: `what` was measured.
std::string report_title(const EvalOptions& options, const Model& model, const std::string& what);

// "1 picture", "2 pictures".
std::string plural(std::size_t count, const std::string& noun);

}  // namespace longclip::cli
