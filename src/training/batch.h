#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <future>
#include <vector>

#include <ATen/core/Tensor.h>

#include <longclip/dataset.h>
#include <longclip/tokenizer.h>
#include <longclip/training.h>

#include "training/order.h"
#include "training/text_rows.h"

namespace longclip::training {

// What one process computes in one step.
struct Batch {
  at::Tensor pixels;     // float[B, 3, S, S], normalised, on the CPU
  TextRows texts;        // of the contrastive objective: one a picture; of component matching the long ones
  TextRows short_texts;  // of component matching
  double epoch = 0;      // passes over the examples when it is done
};

// What batches are made of.
struct BatchSource {
  const std::vector<Example>* examples = nullptr;
  const Tokenizer* tokenizer = nullptr;
  std::size_t context = 0;
  int image_size = 0;
  std::array<float, 3> mean{};
  std::array<float, 3> std{};
  TrainingObjective objective = TrainingObjective::contrastive;
  TrainingCaptions captions = TrainingCaptions::both;
  std::size_t hard_negatives = 1;
  double hard_share = 1;
  std::uint64_t seed = 0;
  std::size_t batch = 0;  // over all processes
  int rank = 0;
  int processes = 1;
  int threads = 1;
};

// Makes batches, the next one while the last is trained on.
class Batches {
 public:
  explicit Batches(BatchSource source);
  ~Batches();
  Batches(const Batches&) = delete;  // a thread works on it
  Batches& operator=(const Batches&) = delete;

  // Of a step counted from 0; what depends on chance is a function of the seed and the step. Throws
  // InvalidFile for a picture that cannot be read, InvalidInput for a caption that is not UTF-8.
  Batch take(std::uint64_t step);

  // Makes no batch ahead for this step or a later one.
  void end_at(std::uint64_t step) { end_ = step; }

  std::size_t steps_per_epoch() const { return order_.steps_per_epoch(); }

 private:
  Batch make(std::uint64_t step);

  BatchSource source_;
  Order order_;
  std::uint64_t end_ = UINT64_MAX;
  std::uint64_t ahead_step_ = 0;
  std::atomic<bool> stop_ = false;
  std::future<Batch> ahead_;  // last: its thread uses the members above
};

}  // namespace longclip::training
