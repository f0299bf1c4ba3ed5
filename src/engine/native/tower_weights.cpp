#include "engine/native/tower_weights.h"

#include <cstdint>

#include "checkpoint/tensor.h"

namespace longclip::engine::native {

Values TowerWeights::values(const std::string& name) const {
  const checkpoint::Tensor& tensor = checkpoint_.tensors.at(name);
  const bool aligned = reinterpret_cast<std::uintptr_t>(tensor.data) % alignof(float) == 0;
  if (tensor.dtype != checkpoint::DType::f32 || !tensor.contiguous() || !aligned) {
    return Values(checkpoint::to_float(tensor));
  }
  const auto* first = reinterpret_cast<const float*>(tensor.data);
  return Values(std::span(first, static_cast<std::size_t>(tensor.elements())), tensor.file);
}

Values TowerWeights::transposed(const std::string& name) const {
  return Values(checkpoint::to_float(checkpoint::transposed(checkpoint_.tensors.at(name))));
}

}  // namespace longclip::engine::native
