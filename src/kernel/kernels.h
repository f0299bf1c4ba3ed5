#pragma once

#include <cstddef>

namespace longclip::kernel {

// The inner loops of a tower in float32, for one kind of processor. Rows are contiguous numbers, `stride`
// floats apart. Sums have an order that depends on their length alone: a row's result is the same
// whatever else is computed with it, and on however many threads.

enum class Activation { none, quick_gelu, gelu };

// c = activation(a b^T + bias), or c += a b^T + bias.
struct Product {
  const float* a = nullptr;  // rows x depth
  std::size_t a_stride = 0;
  std::size_t rows = 0;
  std::size_t depth = 0;
  const float* panels = nullptr;  // of b, as PackedMatrix has them: the first of those to multiply by
  std::size_t panel_count = 0;
  const float* bias = nullptr;  // of their columns
  Activation activation = Activation::none;
  bool add = false;
  float* c = nullptr;  // rows x panel_count * columns: room for whole panels
  std::size_t c_stride = 0;
};

// Scaled dot-product attention of one head: y = softmax(scale q k^T) v.
struct Attention {
  const float* q = nullptr;  // rows x width
  std::size_t q_stride = 0;
  std::size_t rows = 0;
  const float* k = nullptr;  // length x width
  const float* v = nullptr;  // length x width; whole registers are read, so that a little more must be there
  std::size_t kv_stride = 0;
  std::size_t length = 0;
  std::size_t width = 0;
  bool causal = false;  // row i sees the first i + 1 keys, else all
  float scale = 1;
  float* y = nullptr;  // rows x width
  std::size_t y_stride = 0;
  float* scratch = nullptr;  // as many floats as attention_scratch() says
};

struct Kernels {
  const char* name;     // "avx512"
  std::size_t columns;  // of a panel
  std::size_t rows;     // that are multiplied at a time: multiples of it lose nothing
  void (*multiply)(const Product& product);
  std::size_t (*attention_scratch)(std::size_t length, std::size_t width);
  void (*attend)(const Attention& attention);
  // y = (x - mean) / sqrt(variance + 1e-5) * gain + bias, a row of `width`.
  void (*normalize)(const float* x, std::size_t width, const float* gain, const float* bias, float* y);
};

// The fastest that this processor has, or nullptr: it has none of these instructions.
const Kernels* find_kernels();

}  // namespace longclip::kernel
