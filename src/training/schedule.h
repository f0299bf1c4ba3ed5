#pragma once

#include <cstdint>

namespace longclip::training {

// The learning rate of a step (counted from 0): a linear rise to `peak` over `warmup` steps, then a
// half cosine to 0 at the last of `steps` (train/scheduler.py, cosine_lr).
double learning_rate(double peak, std::int64_t step, std::int64_t warmup, std::int64_t steps);

}  // namespace longclip::training
