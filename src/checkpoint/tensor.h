#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace longclip::io {
class MappedFile;
}

namespace longclip::checkpoint {

enum class DType { f64, f32, f16, bf16, i64, i32, i16, i8, u8, b8 };

std::size_t size_of(DType type) noexcept;
std::string_view to_string(DType type) noexcept;  // "float32", as PyTorch names it
bool is_floating(DType type) noexcept;

// A tensor of a checkpoint: a view into the mapped file, or values of its own where they had to
// be computed. `owner` keeps whichever it is alive. Readers guarantee that every element lies
// inside the owner's memory.
struct Tensor {
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  // in elements, never negative
  const std::byte* data = nullptr;    // element 0; may be unaligned
  std::shared_ptr<const void> owner;
  const io::MappedFile* file = nullptr;  // the owner, where the values are mapped

  std::int64_t elements() const noexcept;
  bool contiguous() const noexcept;
};

// Product of the extents; nothing if one is negative or the tensor's bytes would not fit 63 bits.
std::optional<std::int64_t> checked_elements(std::span<const std::int64_t> shape, DType type) noexcept;

// Row-major.
std::vector<std::int64_t> contiguous_strides(std::span<const std::int64_t> shape);

// "[64, 3, 32, 32]"
std::string to_string(std::span<const std::int64_t> shape);

// Row-major float32 copy of a floating-point tensor of any strides.
std::vector<float> to_float(const Tensor& tensor);

// Takes row-major values over.
Tensor from_float(std::vector<float> values, std::vector<std::int64_t> shape);

// The same elements with the two axes of a matrix swapped; no copy.
Tensor transposed(const Tensor& matrix);

// Tensors of one shape, one below the other along axis 0: a copy in their type, or in float32
// where they are of several types.
Tensor stacked(std::span<const Tensor* const> tensors);

}  // namespace longclip::checkpoint
