#include "training/loss.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "training/coarse.h"

namespace longclip::training {
namespace {

at::Tensor one_way(const at::Tensor& rows, const at::Tensor& columns, const at::Tensor& targets,
                   const at::Tensor& scale, double label_smoothing) {
  const at::Tensor logits = scale * at::matmul(rows, columns.t());
  return at::cross_entropy_loss(logits, targets, {}, at::Reduction::Mean, -100, label_smoothing);
}

}  // namespace

at::Tensor contrastive_loss(const at::Tensor& images, const at::Tensor& texts, const at::Tensor& scale,
                            double label_smoothing, Processes& processes) {
  const auto rows = images.size(0);
  const at::Tensor targets = at::arange(rows, images.options().dtype(at::kLong)) + processes.rank() * rows;
  const at::Tensor all_texts = gather_features(texts, processes);
  const at::Tensor all_images = gather_features(images, processes);
  return 0.5 * (one_way(images, all_texts, targets, scale, label_smoothing) +
                one_way(texts, all_images, targets, scale, label_smoothing));
}

MatchingLoss component_matching_loss(const at::Tensor& images, const at::Tensor& long_texts,
                                     const at::Tensor& short_texts, const at::Tensor& scale, std::int64_t components,
                                     double label_smoothing, Processes& processes) {
  const at::Tensor fine = unit_rows(images);
  const at::Tensor coarse = coarse_features(fine, components);
  return {contrastive_loss(fine, unit_rows(long_texts), scale, label_smoothing, processes),
          contrastive_loss(coarse, unit_rows(short_texts), scale, label_smoothing, processes)};
}

at::Tensor unit_rows(const at::Tensor& features) { return features / features.norm(2, {1}, true); }

}  // namespace longclip::training
