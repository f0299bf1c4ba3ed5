#pragma once

#include <memory>

#include <ATen/core/Tensor.h>

namespace longclip::training {

// The processes of one training, each with its share of every batch. Collective calls: every
// process makes the same ones in the same order, with tensors of the same shape.
class Processes {
 public:
  virtual ~Processes() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;

  // The tensors of all processes, in the order of their ranks, along a new first axis.
  virtual at::Tensor gather(const at::Tensor& mine) = 0;

  // The sum over all processes, in place.
  virtual void sum(at::Tensor& values) = 0;
};

// This process alone.
std::unique_ptr<Processes> single_process();

// features [B, E] of all processes, one below the other: [size * B, E]. The gradient of a row is
// the sum of what all processes have for it (as torch.distributed.nn.all_gather).
at::Tensor gather_features(const at::Tensor& features, Processes& processes);

}  // namespace longclip::training
