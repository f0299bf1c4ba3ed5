#include "evaluation/options.h"

#include <algorithm>

#include <longclip/error.h>

namespace longclip::evaluation {

void check(const EvaluationOptions& options) {
  const bool counts = std::all_of(options.ks.begin(), options.ks.end(), [](std::size_t k) { return k > 0; });
  if (options.ks.empty() || !counts) throw InvalidInput("recall is at a k of 1 or more: give at least one such k");
}

}  // namespace longclip::evaluation
