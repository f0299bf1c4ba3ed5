#include "training/schedule.h"

#include <cmath>
#include <numbers>

namespace longclip::training {

double learning_rate(double peak, std::int64_t step, std::int64_t warmup, std::int64_t steps) {
  if (step < warmup) return peak * static_cast<double>(step + 1) / static_cast<double>(warmup);
  const double done = static_cast<double>(step - warmup) / static_cast<double>(steps - warmup);
  return 0.5 * peak * (1 + std::cos(std::numbers::pi * done));
}

}  // namespace longclip::training
