#pragma once

#include <span>
#include <string>

#include <longclip/training.h>

namespace longclip::training {

// Loss, learning rate and logit scale over the steps, as an SVG picture. Long runs are drawn by the
// means of stretches.
std::string curves(std::span<const TrainingStep> steps);

}  // namespace longclip::training
