#include "engine/native/tower_weights.h"

#include <algorithm>
#include <cstdint>

#include "checkpoint/tensor.h"

namespace longclip::engine::native {
namespace {

Values values_of(const checkpoint::Tensor& tensor) {
  const bool aligned = reinterpret_cast<std::uintptr_t>(tensor.data) % alignof(float) == 0;
  if (tensor.dtype != checkpoint::DType::f32 || !tensor.contiguous() || !aligned) {
    return Values(checkpoint::to_float(tensor));
  }
  const auto* first = reinterpret_cast<const float*>(tensor.data);
  return Values(std::span(first, static_cast<std::size_t>(tensor.elements())), tensor.file);
}

}  // namespace

Values TowerWeights::values(const std::string& name) const { return values_of(checkpoint_.tensors.at(name)); }

Values TowerWeights::transposed(const std::string& name) const {
  return Values(checkpoint::to_float(checkpoint::transposed(checkpoint_.tensors.at(name))));
}

void TowerWeights::visit(const std::string& name, const std::function<void(std::span<const float>)>& take) const {
  constexpr std::int64_t kRows = 1024;
  checkpoint::Tensor rest = checkpoint_.tensors.at(name);
  for (std::int64_t rows = rest.shape.front(); rows > 0; rows -= kRows) {
    rest.shape.front() = std::min(rows, kRows);
    take(values_of(rest));
    rest.data += static_cast<std::size_t>(rest.shape.front() * rest.strides.front()) * checkpoint::size_of(rest.dtype);
  }
}

}  // namespace longclip::engine::native
