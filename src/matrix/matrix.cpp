#include <longclip/matrix.h>

#include <new>
#include <string>
#include <utility>

#include <longclip/error.h>

#include "matrix/unit_row.h"

namespace longclip {
namespace {

std::string shape(std::size_t rows, std::size_t cols) { return std::to_string(rows) + " x " + std::to_string(cols); }

[[noreturn]] void too_large(std::size_t rows, std::size_t cols) {
  throw InvalidInput("a matrix of " + shape(rows, cols) + " does not fit in memory: work in parts");
}

std::size_t checked_size(std::size_t rows, std::size_t cols) {
  if (cols != 0 && rows > std::vector<float>().max_size() / cols) too_large(rows, cols);
  return rows * cols;
}

std::vector<float> zeros(std::size_t rows, std::size_t cols) {
  const std::size_t size = checked_size(rows, cols);
  try {
    return std::vector<float>(size);
  } catch (const std::bad_alloc&) {
    too_large(rows, cols);
  }
}

}  // namespace

Matrix::Matrix(std::size_t rows, std::size_t cols) : rows_(rows), cols_(cols), values_(zeros(rows, cols)) {}

Matrix::Matrix(std::size_t rows, std::size_t cols, std::vector<float> values)
    : rows_(rows), cols_(cols), values_(std::move(values)) {
  if (values_.size() != checked_size(rows, cols)) {
    throw InvalidInput("a matrix of " + shape(rows, cols) + " does not have " + std::to_string(values_.size()) +
                       " values");
  }
}

Matrix Matrix::normalized() const {
  Matrix unit(rows_, cols_);
  for (std::size_t i = 0; i < rows_; ++i) matrix::copy_unit_row(row(i), unit.row(i));
  return unit;
}

}  // namespace longclip
