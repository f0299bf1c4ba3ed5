#pragma once

#include <memory>
#include <span>
#include <string>

#include "engine/engine.h"
#include "engine/native/arena.h"
#include "engine/native/transformer.h"
#include "kernel/kernels.h"

namespace longclip::engine::native {

// What both towers need: who computes, in what, and where.
struct Means {
  std::string file;  // in errors
  Precision precision;
  const kernel::Kernels& blocks;
  const kernel::Kernels& exact;  // LayerNorms outside of blocks, and the projection: small, and they count fully
  std::shared_ptr<runtime::Team> team;
};

TowerInfo info_of(const Means& means, const Architecture::Tower& shape,
                  const std::vector<tower::Parameter>& parameters);

// What follows the blocks: a LayerNorm and the projection into the common space.
class Head {
 public:
  Head(const Means& means, const TowerWeights& weights, const std::string& norm, const std::string& projection,
       std::size_t width);

  const Norm& norm() const noexcept { return norm_; }

  // Stages. `x` is changed.
  void run(runtime::Team::Member& member, const Rows& x, const Rows& features) const;

 private:
  const kernel::Kernels& kernels_;
  Norm norm_;
  kernel::PackedMatrix projection_;
};

// The first `width` floats of each row. Throws Error if one of them is not finite.
void give(const Rows& rows, std::size_t width, std::span<float> to, const std::string& file);

}  // namespace longclip::engine::native
