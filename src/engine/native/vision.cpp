#include "engine/native/vision.h"

#include <algorithm>
#include <utility>

namespace longclip::engine::native {
namespace {

// Pixels are not worth scales of their own: where blocks take 8 bits, patches are multiplied in what lies between.
const kernel::Kernels& for_pixels(const Means& means) {
  if (means.blocks.quantize == nullptr) return means.blocks;
  return means.blocks.working == kernel::Element::bf16 ? *kernel::find_kernels(Precision::bf16) : means.exact;
}

}  // namespace

Vision::Vision(Means means, const Architecture& shape, const TowerWeights& weights)
    : means_(std::move(means)),
      shape_(shape),
      width_(static_cast<std::size_t>(shape.vision.width)),
      size_(static_cast<std::size_t>(shape.image_size)),
      patch_(static_cast<std::size_t>(shape.patch_size)),
      grid_(size_ / patch_),
      patch_values_(3 * patch_ * patch_),
      pixel_kernels_(for_pixels(means_)),
      embedding_(pixel_kernels_, weights.values("visual.conv1.weight"), patch_values_, {}),
      class_embedding_(weights.values("visual.class_embedding").copy()),
      positions_(weights.values("visual.positional_embedding").copy()),
      before_(norm_of(weights, "visual.ln_pre")),
      transformer_(means_.blocks, weights, "visual.transformer.", shape.vision, shape.activation, false, *means_.team),
      head_(means_, weights, "visual.ln_post", "visual.proj", width_),
      arenas_(means_.team->threads()) {}

TowerInfo Vision::info() const { return info_of(means_, shape_.vision, tower::vision_parameters(shape_)); }

// A stage: a row a patch, channel by channel, as the convolution's weight has them.
void Vision::cut_into_patches(runtime::Team::Member& member, std::span<const float> pixels, const Rows& patches) const {
  const std::size_t number = kernel::size_of(pixel_kernels_.working);
  const std::size_t whole_units = kernel::units_of(pixel_kernels_, patch_values_) * kernel::kUnit;
  member.share(patches.count() / grid_, [&](std::size_t line) {
    for (std::size_t x = 0; x < grid_; ++x) {
      std::byte* to = patches.row(line * grid_ + x);
      std::fill(to + patch_values_ * number, to + whole_units, std::byte{0});
      for (std::size_t channel = 0; channel < 3; ++channel) {
        for (std::size_t y = 0; y < patch_; ++y, to += patch_ * number) {
          const std::size_t from = ((line / grid_ * 3 + channel) * size_ + line % grid_ * patch_ + y) * size_;
          pixel_kernels_.convert(&pixels[from + x * patch_], patch_, to);
        }
      }
    }
  });
}

void Vision::encode(std::span<const float> pixels, std::size_t count, std::span<float> features) const {
  if (count == 0) return;
  const std::size_t patches_of_image = grid_ * grid_;
  const std::size_t tokens = patches_of_image + 1;
  Sequences sequences;
  std::vector<std::size_t> picked;  // the class tokens
  for (std::size_t i = 0; i < count; ++i) {
    picked.push_back(sequences.rows());
    sequences.add(tokens);
  }
  const Arenas::Lease arena(arenas_);
  const auto width_of_features = static_cast<std::size_t>(shape_.embedding_size);
  Transformer::Workspace work(*arena, transformer_, sequences, means_.team->most_members());
  const Rows patches(*arena, pixel_kernels_, pixel_kernels_.operand, count * patches_of_image, patch_values_);
  const Rows out(*arena, means_.exact, kernel::Element::f32, count, width_of_features);
  means_.team->run([&](runtime::Team::Member& member) {
    cut_into_patches(member, pixels, patches);
    member.share(count * tokens, [&](std::size_t i) {
      const float* position = positions_.data() + i % tokens * width_;
      float* row = work.all.x.floats(i);
      std::copy_n(position, width_, row);
      if (i % tokens != 0) return;
      for (std::size_t k = 0; k < width_; ++k) row[k] += class_embedding_[k];
    });
    for (std::size_t i = 0; i < count; ++i) {
      Multiplication embed = product(embedding_, patches, work.all.x);
      embed.a_row = i * patches_of_image;
      embed.rows = patches_of_image;
      embed.c_row = i * tokens + 1;
      embed.add = true;
      multiply(member, pixel_kernels_, embed);
    }
    normalize(member, means_.exact, before_, work.all.x, work.all.x);
    transformer_.run(member, sequences, transformer_.layers() - 1, work);
    transformer_.run_last(member, sequences, picked, work);
    head_.run(member, work.picked.x, out);
  });
  give(out, width_of_features, features, means_.file);
}

}  // namespace longclip::engine::native
