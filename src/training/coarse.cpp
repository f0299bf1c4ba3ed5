#include "training/coarse.h"

#include <algorithm>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <torch/csrc/autograd/custom_function.h>

namespace longclip::training {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Where the last axis that is kept and the first that is not are alike, the projection is hardly
// defined and its gradient has no bound. This share of the largest squared singular value is the
// smallest gap that is taken for one.
constexpr double kSmallestGap = 1e-9;

// A [B, E] -> its nearest matrix of rank k. With A = U S V' and the first k columns as U1, S1, V1,
// the others as U2, S2, V2, it is A V1 V1'. The change of the projector V1 V1' has only parts that
// mix an axis i that is kept with an axis j that is not, each over the gap of their squared singular
// values; summed up, with G the gradient of the result:
//   G V1 V1'  +  U1 S1 H V2'  +  U2 S2 H' V1'  +  U1 U1' G (1 - V V')
//   H_ij = (s_j u_j' G v_i + s_i u_i' G v_j) / (s_i^2 - s_j^2)
// where the last part is that of the axes in which A does not extend at all (s_j = 0).
class LowRank : public torch::autograd::Function<LowRank> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& matrix, std::int64_t rank) {
    const auto [u, s, vh] = at::linalg_svd(matrix, false);
    context->save_for_backward({u, s, vh});
    context->saved_data["rank"] = rank;
    const at::Tensor kept = vh.slice(0, 0, rank);
    return matrix.matmul(kept.t()).matmul(kept);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const std::int64_t rank = context->saved_data["rank"].toInt();
    const at::Tensor& gradient = gradients[0];
    const at::Tensor& vh = saved[2];
    const at::Tensor u1 = saved[0].slice(1, 0, rank);
    const at::Tensor u2 = saved[0].slice(1, rank);
    const at::Tensor s1 = saved[1].slice(0, 0, rank).unsqueeze(1);
    const at::Tensor s2 = saved[1].slice(0, rank).unsqueeze(0);
    const at::Tensor v1 = vh.slice(0, 0, rank);
    const at::Tensor v2 = vh.slice(0, rank);
    const at::Tensor to_v1 = gradient.matmul(v1.t());
    const at::Tensor to_v2 = gradient.matmul(v2.t());
    const at::Tensor gap =
        (s1.square() - s2.square()).clamp_min(std::max(kSmallestGap * saved[1][0].square().item<double>(), 1e-300));
    const at::Tensor h = (s2 * u2.t().matmul(to_v1).t() + s1 * u1.t().matmul(to_v2)) / gap;
    const at::Tensor along_u1 = u1.t().matmul(gradient);
    const at::Tensor outside = along_u1 - along_u1.matmul(vh.t()).matmul(vh);
    return {to_v1.matmul(v1) + u1.matmul((s1 * h).matmul(v2) + outside) + (u2 * s2).matmul(h.t().matmul(v1)),
            at::Tensor()};
  }
};

}  // namespace

at::Tensor coarse_features(const at::Tensor& features, std::int64_t components) {
  if (features.size(0) <= components + 1 || features.size(1) <= components) return features;
  const at::Tensor values = features.to(at::kDouble);
  const at::Tensor mean = values.mean(0, true);
  return (LowRank::apply(values - mean, components) + mean).to(features.scalar_type());
}

}  // namespace longclip::training
