// The optimiser against the update as its paper has it (Loshchilov and Hutter, 2019, algorithm 2),
// written out in double.
#include "training/adamw.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <torch/script.h>

namespace longclip::training {
namespace {

struct ByHand {
  double value, mean = 0, square = 0;
  int steps = 0;

  void step(double gradient, double rate, double decay) {
    ++steps;
    value -= rate * decay * value;
    mean = 0.9 * mean + 0.1 * gradient;
    square = 0.999 * square + 0.001 * gradient * gradient;
    value -= rate * (mean / (1 - std::pow(0.9, steps))) / (std::sqrt(square / (1 - std::pow(0.999, steps))) + 1e-8);
  }
};

void give_gradient(const at::Tensor& value, double gradient) {
  value.mutable_grad() = at::full(value.sizes(), gradient);
}

TEST(AdamW, FollowsThePapersUpdate) {
  at::Tensor matrix = at::full({2, 2}, 0.5).set_requires_grad(true);
  at::Tensor vector = at::full({3}, -0.25).set_requires_grad(true);
  AdamWOptions options;
  options.weight_decay = 0.1;
  AdamW optimizer({{"matrix", matrix, true}, {"vector", vector, false}}, options);
  ByHand first{0.5};
  ByHand second{-0.25};
  for (const auto& [gradient, rate] : std::vector<std::pair<double, double>>{{0.3, 1e-2}, {-2, 1e-2}, {0.01, 1e-3}}) {
    give_gradient(matrix, gradient);
    give_gradient(vector, -gradient);
    optimizer.step(rate);
    first.step(gradient, rate, 0.1);
    second.step(-gradient, rate, 0);
    EXPECT_NEAR(matrix[1][0].item<double>(), first.value, 1e-6);
    EXPECT_NEAR(vector[2].item<double>(), second.value, 1e-6);
  }
}

TEST(AdamW, LeavesAParameterWithoutAGradientAlone) {
  at::Tensor used = at::ones({2}).set_requires_grad(true);
  at::Tensor unused = at::ones({2}).set_requires_grad(true);
  AdamW optimizer({{"used", used}, {"unused", unused}}, {});
  give_gradient(used, 1);
  optimizer.step(0.1);
  EXPECT_LT(used[0].item<double>(), 1);
  EXPECT_EQ(unused[0].item<double>(), 1);
}

TEST(AdamW, ClearsTheGradientsThatItUsed) {
  at::Tensor value = at::ones({2}).set_requires_grad(true);
  AdamW optimizer({{"value", value}}, {});
  give_gradient(value, 1);
  optimizer.step(0.1);
  EXPECT_FALSE(value.grad().defined());
}

}  // namespace
}  // namespace longclip::training
