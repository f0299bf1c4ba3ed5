// One of the two processes of processes_test: two_ranks RANK MEETING PCM.NPZ
//
// Computes the golden two-rank loss over Gloo, from this rank's rows alone, and prints it: the loss of
// long and of short texts, and the sums of the gradients of its image and text features.
#include <cstdlib>
#include <iostream>

#include <torch/csrc/autograd/autograd.h>
#include <torch/script.h>

#include "golden/golden.h"
#include "training/loss.h"
#include "training/process_group.h"

int main(int argc, char** argv) {
  using namespace longclip;
  if (argc != 4) return 2;
  const int rank = std::atoi(argv[1]);
  const golden::Npz npz(argv[3]);
  const auto rows_of = [&](const std::string& name) {
    const auto array = npz.get<float>("b96_two_ranks." + name);
    return at::tensor(array.values)
        .reshape({96, 48})
        .slice(0, 48 * rank, 48 * (rank + 1))
        .clone()
        .set_requires_grad(true);
  };
  const at::Tensor images = rows_of("image_features");
  const at::Tensor long_texts = rows_of("text_long_features");
  const at::Tensor short_texts = rows_of("text_short_features");
  const at::Tensor scale = at::scalar_tensor(npz.get<float>("logit_scale").values.at(0)).exp();
  const auto processes = training::process_group(rank, 2, argv[2], at::kCPU);
  const auto loss = training::component_matching_loss(images, long_texts, short_texts, scale, 32, 0.1, *processes);
  torch::autograd::backward({loss.long_text + loss.short_text}, {});
  std::cout.precision(9);
  std::cout << loss.long_text.item<double>() << ' ' << loss.short_text.item<double>();
  // Numbers that depend on every gradient: projections on fixed directions.
  for (const at::Tensor& features : {images, long_texts, short_texts}) {
    const at::Tensor direction = at::arange(48 * 48, at::kDouble).add(48 * 48 * rank).sin().reshape({48, 48});
    std::cout << ' ' << (features.grad() * direction).sum().item<double>();
  }
  std::cout << '\n';
}
