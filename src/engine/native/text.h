#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/native/encoder.h"
#include "engine/native/table.h"

namespace longclip::engine::native {

class Text final : public TextEncoder {
 public:
  Text(Means means, const Architecture& shape, const TowerWeights& weights, std::optional<std::int64_t> end_id);

  void encode(std::span<const std::int64_t> ids, std::size_t count, std::size_t length,
              std::span<float> features) const override;
  void states(std::span<const std::int64_t> ids, std::size_t count, std::size_t length, int layer, bool final_norm,
              std::span<float> states) const override;
  TowerInfo info() const override;

 private:
  std::size_t end_of(std::span<const std::int64_t> row) const;
  void embed(runtime::Team::Member& member, std::span<const std::int64_t> ids, std::size_t length,
             const Sequences& sequences, const Rows& x) const;

  Means means_;
  Architecture shape_;
  std::size_t width_;
  std::optional<std::int64_t> end_id_;
  Table embedding_;
  std::vector<float> positions_;
  Transformer transformer_;
  Head head_;
  mutable Arenas arenas_;
};

}  // namespace longclip::engine::native
