#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace longclip::matrix {

// What a NumPy file says before its values.
struct NpyHeader {
  std::string descr;  // such as "<f4"
  bool fortran_order = false;
  std::vector<std::size_t> shape;
  std::size_t data_offset = 0;  // of the first value
};

// Reads the header of format 1.0, 2.0 or 3.0. Throws InvalidFile with the reason alone: the
// caller knows the file's name.
NpyHeader parse_npy_header(std::span<const std::byte> file);

// A header of format 1.0 for a C-order float32 matrix; values follow at once.
std::string make_npy_header(std::size_t rows, std::size_t cols);

}  // namespace longclip::matrix
