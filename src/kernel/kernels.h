#pragma once

#include <cstddef>
#include <cstdint>

#include <longclip/precision.h>

namespace longclip::kernel {

// The inner loops of a tower, for one kind of processor and one precision. Rows are contiguous numbers, strides are
// in bytes. Sums have an order that depends on their length alone: a row's result is the same whatever else is
// computed with it, and on however many threads.
//
// What a product reads are rows of operands: floats, bfloat16, or 8-bit integers with a scale a row. They are taken
// four bytes, a unit, at a time. What it writes, and attention works on, are rows of working numbers: float or
// bfloat16. The residual stream is in float whatever the precision.

enum class Element { f32, bf16, u8 };

constexpr std::size_t size_of(Element element) {
  return element == Element::f32 ? 4 : element == Element::bf16 ? 2 : 1;
}

inline constexpr std::size_t kUnit = 4;  // bytes

enum class Activation { none, quick_gelu, gelu };

// Of a row of 8-bit operands: value = scale * (operand - zero).
struct RowScale {
  float scale = 1;
  float zero = 0;  // a whole number
};

// c = activation(a b^T + bias), in working numbers; or c += a b^T + bias, in float.
struct Product {
  const std::byte* a = nullptr;  // rows x depth operands
  std::size_t a_stride = 0;
  const RowScale* a_scales = nullptr;  // of 8-bit operands, one a row
  std::size_t rows = 0;
  std::size_t depth = 0;              // in units
  const std::byte* panels = nullptr;  // of b, as PackedMatrix has them: the first of those to multiply by
  std::size_t panel_count = 0;
  const float* bias = nullptr;      // of their columns
  const float* b_scales = nullptr;  // of 8-bit operands, one a column: a weight = scale * integer,
  const float* b_sums = nullptr;    // and the sum of a column's integers
  Activation activation = Activation::none;
  bool add = false;
  std::byte* c = nullptr;  // rows x panel_count * columns: room for whole panels
  std::size_t c_stride = 0;
};

// Scaled dot-product attention of one head, on working numbers: y = softmax(scale q k^T) v.
struct Attention {
  const std::byte* q = nullptr;  // rows x width
  std::size_t q_stride = 0;
  std::size_t rows = 0;
  const std::byte* k = nullptr;  // length x width
  const std::byte* v = nullptr;  // length x width; whole registers are read, so that a little more must be there
  std::size_t kv_stride = 0;
  std::size_t length = 0;
  std::size_t width = 0;  // numbers; even, for bfloat16
  bool causal = false;    // row i sees the first i + 1 keys, else all
  float scale = 1;
  std::byte* y = nullptr;  // rows x width
  std::size_t y_stride = 0;
  std::byte* scratch = nullptr;  // as many bytes as attention_scratch() says
};

struct Kernels {
  const char* name;  // "avx512"
  Precision precision;
  Element operand;
  Element working;
  std::size_t columns;  // of a panel
  std::size_t rows;     // that are multiplied at a time: multiples of it lose nothing
  void (*multiply)(const Product& product);
  std::size_t (*attention_scratch)(std::size_t length, std::size_t width);
  void (*attend)(const Attention& attention);
  // y = (x - mean) / sqrt(variance + 1e-5) * gain + bias, a row of `width`, as operands. `scale` is set for those of
  // 8 bits.
  void (*normalize)(const float* x, std::size_t width, const float* gain, const float* bias, std::byte* y,
                    RowScale* scale);
  // Floats as working numbers.
  void (*convert)(const float* x, std::size_t count, std::byte* y);
  // Working numbers as operands of 8 bits; nullptr where working numbers are operands themselves.
  void (*quantize)(const std::byte* x, std::size_t width, std::byte* y, RowScale* scale);
};

// The fastest that this processor has: fp32 on AVX2 or AVX-512, bf16 on AVX512_BF16, int8 on AVX512_VNNI. nullptr: it
// lacks the instructions.
const Kernels* find_kernels(Precision precision);

// For tests: lets find_kernels() pass over what needs more than `most`, from now on.
enum class Instructions { all, avx512_vnni, avx2, none };
void limit_instructions(Instructions most);

}  // namespace longclip::kernel
