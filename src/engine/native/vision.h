#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/native/encoder.h"

namespace longclip::engine::native {

class Vision final : public VisionEncoder {
 public:
  Vision(Means means, const Architecture& shape, const TowerWeights& weights);

  void encode(std::span<const float> pixels, std::size_t count, std::span<float> features) const override;
  TowerInfo info() const override;

 private:
  void cut_into_patches(runtime::Team::Member& member, std::span<const float> pixels, const Rows& patches) const;

  Means means_;
  Architecture shape_;
  std::size_t width_;
  std::size_t size_;          // pixels of a side of a picture,
  std::size_t patch_;         // and of a patch
  std::size_t grid_;          // patches in a row of them
  std::size_t patch_values_;  // numbers of a patch
  const kernel::Kernels& pixel_kernels_;
  kernel::PackedMatrix embedding_;  // of patches
  std::vector<float> class_embedding_;
  std::vector<float> positions_;
  Norm before_;
  Transformer transformer_;
  Head head_;
  mutable Arenas arenas_;
};

}  // namespace longclip::engine::native
