#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <utility>
#include <vector>

#include <longclip/export.h>

namespace longclip {

// A row-major float32 matrix that owns its values: features (one row each), similarities.
// A value type; reading one from several threads is safe.
class LONGCLIP_EXPORT Matrix {
 public:
  Matrix() = default;
  // rows x cols zeros. Throws InvalidInput where they do not fit in memory.
  Matrix(std::size_t rows, std::size_t cols);
  // Takes the values over. Throws InvalidInput unless there are rows * cols of them.
  Matrix(std::size_t rows, std::size_t cols, std::vector<float> values);

  Matrix(const Matrix&) = default;
  Matrix& operator=(const Matrix&) = default;
  ~Matrix() = default;

  // What was moved from is 0 x 0: its rows() must not promise values that are gone.
  Matrix(Matrix&& other) noexcept { *this = std::move(other); }
  Matrix& operator=(Matrix&& other) noexcept {
    rows_ = std::exchange(other.rows_, 0);
    cols_ = std::exchange(other.cols_, 0);
    values_ = std::exchange(other.values_, {});
    return *this;
  }

  std::size_t rows() const noexcept { return rows_; }
  std::size_t cols() const noexcept { return cols_; }
  bool empty() const noexcept { return values_.empty(); }

  // Unchecked, as std::vector's.
  float& operator()(std::size_t i, std::size_t j) noexcept { return values_[i * cols_ + j]; }
  float operator()(std::size_t i, std::size_t j) const noexcept { return values_[i * cols_ + j]; }
  std::span<float> row(std::size_t i) noexcept { return {values_.data() + i * cols_, cols_}; }
  std::span<const float> row(std::size_t i) const noexcept { return {values_.data() + i * cols_, cols_}; }

  float* data() noexcept { return values_.data(); }
  const float* data() const noexcept { return values_.data(); }

  // A copy whose rows have Euclidean length 1. Rows of length 0 stay 0.
  Matrix normalized() const;

 private:
  std::size_t rows_ = 0;
  std::size_t cols_ = 0;
  std::vector<float> values_;
};

// Writes a NumPy file (format 1.0, '<f4', C order). The file appears whole or not at all.
// Throws InvalidFile where it cannot be written.
LONGCLIP_EXPORT void save_npy(const std::filesystem::path& path, const Matrix& matrix);

// Reads a one- or two-dimensional NumPy file of '<f4', '<f2' or '<f8', in C or Fortran order; a
// one-dimensional array becomes one row. Throws InvalidFile for anything else.
LONGCLIP_EXPORT Matrix load_npy(const std::filesystem::path& path);

}  // namespace longclip
