#include <longclip/evaluation.h>

#include <algorithm>
#include <string>

#include <longclip/error.h>

#include "evaluation/bootstrap.h"
#include "evaluation/options.h"
#include "evaluation/standings.h"

namespace longclip {

std::vector<Score> evaluate_classification(const Matrix& images, const Matrix& classes,
                                           const std::vector<std::size_t>& labels, const EvaluationOptions& options) {
  evaluation::check(options);
  const bool fit = labels.size() == images.rows() &&
                   std::all_of(labels.begin(), labels.end(), [&](std::size_t label) { return label < classes.rows(); });
  if (!fit) {
    throw InvalidInput("each of " + std::to_string(images.rows()) + " images must have a label below " +
                       std::to_string(classes.rows()));
  }
  // An image looks for its class as a text does for its image.
  const auto standings = evaluation::compare(classes, images, {labels, {}}, options.threads, options.progress).texts;
  const auto items = static_cast<std::uint32_t>(classes.rows());
  evaluation::Tally tally(options.ks.size(), images.rows());
  for (std::size_t image = 0; image < images.rows(); ++image) {
    for (std::size_t i = 0; i < options.ks.size(); ++i) {
      tally.add(image, i, evaluation::hit_probability(standings[image], options.ks[i]),
                evaluation::chance_of_hit(1, items, options.ks[i]));
    }
  }
  return tally.scores(options.resamples, options.seed);
}

}  // namespace longclip
