#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

namespace longclip::training {

struct AdamWOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.01;
};

// AdamW (Loshchilov and Hutter, 2019) over a fixed list of parameters, in one pass over each.
class AdamW {
 public:
  struct Parameter {
    std::string name;
    at::Tensor value;  // a leaf that requires a gradient
    bool decays = true;
  };

  AdamW(std::vector<Parameter> parameters, const AdamWOptions& options);

  // Takes one step along the gradients and clears them. Parameters without one stay.
  void step(double learning_rate);

  // Running means of the gradient and of its square, beside each parameter; what a run goes on from.
  struct Moments {
    at::Tensor mean;
    at::Tensor square;
  };
  const std::vector<Parameter>& parameters() const { return parameters_; }
  const std::vector<Moments>& moments() const { return moments_; }

  // Goes on after `steps` steps, with the moments in the tensors of moments() having been filled.
  void set_steps(std::int64_t steps) { steps_ = steps; }

 private:
  void step_some(bool decaying, double learning_rate);

  std::vector<Parameter> parameters_;
  std::vector<Moments> moments_;
  AdamWOptions options_;
  std::int64_t steps_ = 0;
};

}  // namespace longclip::training
