#include <longclip/evaluation.h>

#include <algorithm>

#include "evaluation/bootstrap.h"
#include "evaluation/options.h"
#include "evaluation/standings.h"

namespace longclip {
namespace {

using evaluation::Standing;
using evaluation::Tally;

// Adds a query's hit at each k to the columns from `first` on.
void add_query(Tally& tally, std::size_t unit, std::size_t first, const Standing& standing, std::size_t items,
               const std::vector<std::size_t>& ks) {
  if (standing.right == 0) return;
  for (std::size_t i = 0; i < ks.size(); ++i) {
    tally.add(unit, first + i, evaluation::hit_probability(standing, ks[i]),
              evaluation::chance_of_hit(standing.right, static_cast<std::uint32_t>(items), ks[i]));
  }
}

std::size_t queries_of(const std::vector<Standing>& standings) {
  return static_cast<std::size_t>(
      std::count_if(standings.begin(), standings.end(), [](const Standing& standing) { return standing.right > 0; }));
}

}  // namespace

RetrievalReport evaluate_retrieval(const Matrix& images, const Matrix& texts, const Relevance& relevance,
                                   const EvaluationOptions& options) {
  evaluation::check(options);
  const auto standings = evaluation::compare(images, texts, relevance, options.threads, options.progress);
  const auto& ks = options.ks;
  Tally tally(2 * ks.size(), images.rows());
  for (std::size_t image = 0; image < images.rows(); ++image) {
    add_query(tally, image, 0, standings.images[image], texts.rows(), ks);
  }
  for (std::size_t text = 0; text < texts.rows(); ++text) {
    add_query(tally, relevance.own[text], ks.size(), standings.texts[text], images.rows(), ks);
  }
  const auto scores = tally.scores(options.resamples, options.seed);
  const auto middle = scores.begin() + static_cast<std::ptrdiff_t>(ks.size());
  return {{queries_of(standings.images), {scores.begin(), middle}},
          {queries_of(standings.texts), {middle, scores.end()}}};
}

}  // namespace longclip
