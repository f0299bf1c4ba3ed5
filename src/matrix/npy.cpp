#include "matrix/npy.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>

#include <longclip/error.h>
#include <longclip/matrix.h>

#include "io/mapped_file.h"
#include "io/staged.h"
#include "matrix/half.h"
#include "matrix/npy_header.h"

namespace longclip {
namespace {

static_assert(std::endian::native == std::endian::little, "values are copied to and from the file as they are");

struct Shape {
  std::size_t rows;
  std::size_t cols;
};

Shape shape_of(const matrix::NpyHeader& header) {
  const auto& shape = header.shape;
  if (shape.size() == 1) return {1, shape[0]};
  // Rows without values would be a number that no byte of the file vouches for.
  if (shape.size() == 2 && (shape[0] == 0 || shape[1] != 0)) return {shape[0], shape[1]};
  if (shape.size() == 2) throw InvalidFile("has rows without values");
  throw InvalidFile("has " + std::to_string(shape.size()) + " dimensions: 1 or 2 are read");
}

template <class Stored>
Stored value_at(std::span<const std::byte> data, std::size_t index) {
  Stored value;
  std::memcpy(&value, data.data() + index * sizeof value, sizeof value);
  return value;
}

// `to_float` makes a float of a stored value.
template <class Stored, class ToFloat>
Matrix read_values(std::span<const std::byte> data, const matrix::NpyHeader& header, ToFloat to_float) {
  const auto [rows, cols] = shape_of(header);
  const std::size_t available = data.size() / sizeof(Stored);
  const bool fits = rows == 0 || cols <= available / rows;
  if (!fits || data.size() != rows * cols * sizeof(Stored)) {
    throw InvalidFile("does not hold the " + std::to_string(rows) + " x " + std::to_string(cols) +
                      " values that its header states: it is cut off or has bytes too many");
  }
  Matrix result(rows, cols);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < cols; ++j) {
      result(i, j) = to_float(value_at<Stored>(data, header.fortran_order ? j * rows + i : i * cols + j));
    }
  }
  return result;
}

}  // namespace

Matrix matrix::read_npy(std::span<const std::byte> file) {
  const NpyHeader header = parse_npy_header(file);
  const auto data = file.subspan(header.data_offset);
  if (header.descr == "<f4") return read_values<float>(data, header, [](float value) { return value; });
  if (header.descr == "<f2") return read_values<std::uint16_t>(data, header, half_to_float);
  if (header.descr == "<f8") {
    return read_values<double>(data, header, [](double value) { return static_cast<float>(value); });
  }
  throw InvalidFile("holds values of type '" + header.descr + "': save it as float32 ('<f4')");
}

void save_npy(const std::filesystem::path& path, const Matrix& matrix) {
  const std::string header = matrix::make_npy_header(matrix.rows(), matrix.cols());
  io::Staged staged(path, io::Staged::Kind::file);
  std::ofstream file(staged.path(), std::ios::binary | std::ios::trunc);
  file.write(header.data(), static_cast<std::streamsize>(header.size()));
  file.write(reinterpret_cast<const char*>(matrix.data()),
             static_cast<std::streamsize>(matrix.rows() * matrix.cols() * sizeof(float)));
  file.close();
  if (!file) io::fail_to_write(path);
  staged.publish();
}

Matrix load_npy(const std::filesystem::path& path) {
  const auto file = io::MappedFile::open(path);
  try {
    return matrix::read_npy(file->bytes());
  } catch (const Error& error) {
    throw InvalidFile(path.string() + ": " + error.what());
  }
}

}  // namespace longclip
