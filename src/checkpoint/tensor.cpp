#include "checkpoint/tensor.h"

#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "matrix/half.h"

namespace longclip::checkpoint {
namespace {

struct TypeFacts {
  std::size_t size;
  std::string_view name;
  bool floating;
};

constexpr std::array<TypeFacts, 10> kTypes{{{8, "float64", true},
                                            {4, "float32", true},
                                            {2, "float16", true},
                                            {2, "bfloat16", true},
                                            {8, "int64", false},
                                            {4, "int32", false},
                                            {2, "int16", false},
                                            {1, "int8", false},
                                            {1, "uint8", false},
                                            {1, "bool", false}}};

const TypeFacts& facts(DType type) noexcept { return kTypes[static_cast<std::size_t>(type)]; }

float from_bfloat(std::uint16_t value) { return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16); }

// Calls visit(offset) with the offset, in elements, of every run of the last axis, in row-major order.
template <typename Visit>
void for_each_run(const Tensor& tensor, Visit visit) {
  const std::size_t outer = tensor.shape.size() - 1;
  std::vector<std::int64_t> index(outer, 0);
  std::int64_t offset = 0;
  while (true) {
    visit(offset);
    std::size_t axis = outer;
    while (axis > 0) {
      --axis;
      offset += tensor.strides[axis];
      if (++index[axis] < tensor.shape[axis]) break;
      offset -= tensor.strides[axis] * tensor.shape[axis];
      index[axis] = 0;
      if (axis == 0) return;
    }
    if (outer == 0) return;
  }
}

template <typename Stored, typename Convert>
void convert(const Tensor& tensor, float* to, Convert one) {
  const auto copy_run = [&](const std::byte* from, std::int64_t count, std::int64_t stride) {
    for (std::int64_t i = 0; i < count; ++i) {
      Stored stored;
      std::memcpy(&stored, from + i * stride * static_cast<std::int64_t>(sizeof(Stored)), sizeof(Stored));
      *to++ = one(stored);
    }
  };
  if (tensor.contiguous()) return copy_run(tensor.data, tensor.elements(), 1);
  for_each_run(tensor, [&](std::int64_t offset) {
    copy_run(tensor.data + offset * static_cast<std::int64_t>(sizeof(Stored)), tensor.shape.back(),
             tensor.strides.back());
  });
}

}  // namespace

std::size_t size_of(DType type) noexcept { return facts(type).size; }
std::string_view to_string(DType type) noexcept { return facts(type).name; }
bool is_floating(DType type) noexcept { return facts(type).floating; }

std::int64_t Tensor::elements() const noexcept {
  std::int64_t product = 1;
  for (const std::int64_t extent : shape) product *= extent;
  return product;
}

bool Tensor::contiguous() const noexcept {
  if (elements() == 0) return true;
  std::int64_t expected = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    if (shape[axis] != 1 && strides[axis] != expected) return false;
    expected *= shape[axis];
  }
  return true;
}

std::optional<std::int64_t> checked_elements(std::span<const std::int64_t> shape, DType type) noexcept {
  std::int64_t product = 1;
  std::int64_t bytes = static_cast<std::int64_t>(size_of(type));
  bool empty = false;
  for (const std::int64_t extent : shape) {
    if (extent < 0) return std::nullopt;
    if (extent == 0) {
      empty = true;  // the other extents must not overflow either: strides are made of them
      continue;
    }
    if (bytes > std::numeric_limits<std::int64_t>::max() / extent) return std::nullopt;
    bytes *= extent;
    product *= extent;
  }
  return empty ? 0 : product;
}

std::vector<std::int64_t> contiguous_strides(std::span<const std::int64_t> shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t axis = shape.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * shape[axis];
  return strides;
}

std::string to_string(std::span<const std::int64_t> shape) {
  std::string text = "[";
  for (const std::int64_t extent : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
  return text + "]";
}

std::vector<float> to_float(const Tensor& tensor) {
  std::vector<float> values(static_cast<std::size_t>(tensor.elements()));
  if (values.empty()) return values;
  switch (tensor.dtype) {
    case DType::f64:
      convert<double>(tensor, values.data(), [](double value) { return static_cast<float>(value); });
      break;
    case DType::f16:
      convert<std::uint16_t>(tensor, values.data(), matrix::half_to_float);
      break;
    case DType::bf16:
      convert<std::uint16_t>(tensor, values.data(), from_bfloat);
      break;
    default:
      convert<float>(tensor, values.data(), [](float value) { return value; });
  }
  return values;
}

Tensor from_float(std::vector<float> values, std::vector<std::int64_t> shape) {
  const auto kept = std::make_shared<const std::vector<float>>(std::move(values));
  auto strides = contiguous_strides(shape);
  return {DType::f32, std::move(shape), std::move(strides), reinterpret_cast<const std::byte*>(kept->data()), kept};
}

Tensor transposed(const Tensor& matrix) {
  Tensor view = matrix;
  std::swap(view.shape.at(0), view.shape.at(1));
  std::swap(view.strides.at(0), view.strides.at(1));
  return view;
}

Tensor stacked(std::span<const Tensor* const> tensors) {
  const Tensor& first = *tensors.front();
  bool as_they_are = true;
  for (const Tensor* tensor : tensors) as_they_are &= tensor->dtype == first.dtype && tensor->contiguous();
  auto shape = first.shape;
  shape.at(0) *= static_cast<std::int64_t>(tensors.size());
  if (!as_they_are) {
    std::vector<float> values;
    for (const Tensor* tensor : tensors) {
      const auto part = to_float(*tensor);
      values.insert(values.end(), part.begin(), part.end());
    }
    return from_float(std::move(values), std::move(shape));
  }
  const std::size_t size = static_cast<std::size_t>(first.elements()) * size_of(first.dtype);
  auto bytes = std::make_shared<std::vector<std::byte>>();
  bytes->reserve(size * tensors.size());
  for (const Tensor* tensor : tensors) bytes->insert(bytes->end(), tensor->data, tensor->data + size);
  auto strides = contiguous_strides(shape);
  return {first.dtype, std::move(shape), std::move(strides), bytes->data(), bytes};
}

}  // namespace longclip::checkpoint
