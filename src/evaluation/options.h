#pragma once

#include <longclip/evaluation.h>

namespace longclip::evaluation {

// Throws InvalidInput for options that cannot be.
void check(const EvaluationOptions& options);

}  // namespace longclip::evaluation
