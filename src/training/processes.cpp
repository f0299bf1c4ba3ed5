#include "training/processes.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <torch/csrc/autograd/custom_function.h>

namespace longclip::training {
namespace {

class Single : public Processes {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  at::Tensor gather(const at::Tensor& mine) override { return mine.unsqueeze(0); }
  void sum(at::Tensor&) override {}
};

class Gather : public torch::autograd::Function<Gather> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& features,
                            Processes* processes) {
    context->saved_data["processes"] = static_cast<std::int64_t>(reinterpret_cast<std::intptr_t>(processes));
    return processes->gather(features.contiguous()).flatten(0, 1);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    auto* processes =
        reinterpret_cast<Processes*>(static_cast<std::intptr_t>(context->saved_data["processes"].toInt()));
    at::Tensor all = gradients[0].clone(at::MemoryFormat::Contiguous);
    processes->sum(all);
    const auto rows = all.size(0) / processes->size();
    return {all.narrow(0, processes->rank() * rows, rows), at::Tensor()};
  }
};

}  // namespace

std::unique_ptr<Processes> single_process() { return std::make_unique<Single>(); }

at::Tensor gather_features(const at::Tensor& features, Processes& processes) {
  if (processes.size() == 1) return features;
  return Gather::apply(features, &processes);
}

}  // namespace longclip::training
