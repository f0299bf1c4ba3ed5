#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include <longclip/training.h>

#include "training/batch.h"
#include "training/parameters.h"
#include "training/processes.h"

namespace longclip::training {

struct LossSettings {
  TrainingObjective objective = TrainingObjective::contrastive;
  std::int64_t components = 32;
  double label_smoothing = 0;
  std::int64_t micro_batch = 0;  // rows whose graph is in memory at once; 0: all
  bool bf16 = false;             // matrix products of the towers
};

struct StepLoss {
  double long_text = 0;
  double short_text = 0;
  double gradient_norm = 0;  // Euclidean, of all gradients together
};

// Puts the gradient of a batch's loss into the parameters; it and the loss are averaged over the
// processes.
//
// With micro_batch it is the gradient of the whole batch all the same (cached gradients, Gao et al.,
// 2021): features come from passes without a graph, the loss gives their gradients, and passes with a
// graph, micro_batch rows each, carry them to the parameters.
//
// Where a feature is not finite, the losses are NaN and there are no gradients.
StepLoss compute_gradients(const Parameters& parameters, const Batch& batch, const LossSettings& settings,
                           Processes& processes);

}  // namespace longclip::training
