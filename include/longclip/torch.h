#pragma once

// Matrix <-> at::Tensor, for programs that link LibTorch themselves. Header-only: the library
// does not need it.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include <ATen/ATen.h>

#include <longclip/error.h>
#include <longclip/matrix.h>

namespace longclip {

// A float32 tensor of rows x cols that takes the matrix over: no copy.
inline at::Tensor to_tensor(Matrix&& matrix) {
  auto owner = std::make_shared<Matrix>(std::move(matrix));
  const auto rows = static_cast<std::int64_t>(owner->rows());
  const auto cols = static_cast<std::int64_t>(owner->cols());
  float* data = owner->data();
  return at::from_blob(
      data, {rows, cols}, [owner = std::move(owner)](void*) {}, at::kFloat);
}

// The same as a copy.
inline at::Tensor to_tensor(const Matrix& matrix) { return to_tensor(Matrix(matrix)); }

// A view of the matrix, valid as long as it is: no copy.
inline at::Tensor tensor_view(Matrix& matrix) {
  return at::from_blob(
      matrix.data(), {static_cast<std::int64_t>(matrix.rows()), static_cast<std::int64_t>(matrix.cols())}, at::kFloat);
}

// A copy of a tensor of one (then one row) or two dimensions, of any floating-point type, strides
// and device. Throws InvalidInput for other tensors.
inline Matrix to_matrix(const at::Tensor& tensor) {
  if (!tensor.defined() || tensor.layout() != at::kStrided || tensor.dim() < 1 || tensor.dim() > 2 ||
      !tensor.is_floating_point()) {
    throw InvalidInput("to_matrix: takes a dense floating-point tensor of one or two dimensions");
  }
  const at::Tensor rows =
      (tensor.dim() == 1 ? tensor.unsqueeze(0) : tensor).to(at::kCPU, at::kFloat).resolve_neg().contiguous();
  Matrix matrix(static_cast<std::size_t>(rows.size(0)), static_cast<std::size_t>(rows.size(1)));
  std::copy_n(rows.const_data_ptr<float>(), rows.numel(), matrix.data());
  return matrix;
}

}  // namespace longclip
