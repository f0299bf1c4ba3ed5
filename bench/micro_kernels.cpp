// The inner loops of a tower, of each precision that the processor has, on one thread.

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "kernel/kernels.h"
#include "kernel/packed_matrix.h"

namespace {

using namespace longclip::kernel;
using longclip::Precision;

std::vector<float> noise(std::size_t count) {
  std::mt19937 generator(1);
  std::normal_distribution<float> normal(0, 1);
  std::vector<float> values(count);
  for (float& value : values) value = normal(generator);
  return values;
}

const Kernels* kernels_of(benchmark::State& state, Precision precision) {
  const Kernels* kernels = find_kernels(precision);
  if (kernels == nullptr) state.SkipWithError("the processor lacks the instructions");
  return kernels;
}

void count_operations(benchmark::State& state, double operations) {
  state.counters["GFLOP/s"] =
      benchmark::Counter(operations * static_cast<double>(state.iterations()) * 1e-9, benchmark::Counter::kIsRate);
}

// `rows` x `depth` operands times a weight of `depth` x `columns`. What the operands are has no influence on the time.
void linear(benchmark::State& state, Precision precision, Activation activation) {
  const Kernels* kernels = kernels_of(state, precision);
  if (kernels == nullptr) return;
  const auto rows = static_cast<std::size_t>(state.range(0));
  const auto depth = static_cast<std::size_t>(state.range(1));
  const auto columns = static_cast<std::size_t>(state.range(2));
  const PackedMatrix packed(*kernels, noise(depth * columns), depth, noise(columns));
  const std::size_t a_stride = depth * size_of(kernels->operand) + 64;
  const std::size_t c_stride = columns * size_of(kernels->working) + 64;
  const std::vector<std::byte> a(rows * a_stride);
  const std::vector<RowScale> scales(rows);
  std::vector<std::byte> c(rows * c_stride);
  Product product;
  product.a = a.data();
  product.a_stride = a_stride;
  product.a_scales = scales.data();
  product.rows = rows;
  packed.take_panels(0, packed.panels(), product);
  product.activation = activation;
  product.c = c.data();
  product.c_stride = c_stride;
  for (auto _ : state) {
    kernels->multiply(product);
    benchmark::ClobberMemory();
  }
  count_operations(state, 2.0 * static_cast<double>(rows * depth * columns));
}

// One head of 64.
void attention(benchmark::State& state, Precision precision, bool causal) {
  const Kernels* kernels = kernels_of(state, precision);
  if (kernels == nullptr) return;
  constexpr std::size_t kWidth = 64;
  const auto length = static_cast<std::size_t>(state.range(0));
  const std::size_t size = size_of(kernels->working);
  std::vector<std::byte> qkv(length * 3 * kWidth * size + 256);
  const auto numbers = noise(length * 3 * kWidth);
  kernels->convert(numbers.data(), numbers.size(), qkv.data());
  std::vector<std::byte> y(length * kWidth * size);
  std::vector<std::byte> scratch(kernels->attention_scratch(length, kWidth));
  Attention attention;
  attention.q = qkv.data();
  attention.k = qkv.data() + kWidth * size;
  attention.v = qkv.data() + 2 * kWidth * size;
  attention.q_stride = attention.kv_stride = 3 * kWidth * size;
  attention.rows = attention.length = length;
  attention.width = kWidth;
  attention.causal = causal;
  attention.scale = 0.125f;
  attention.y = y.data();
  attention.y_stride = kWidth * size;
  attention.scratch = scratch.data();
  for (auto _ : state) {
    kernels->attend(attention);
    benchmark::ClobberMemory();
  }
  count_operations(state, 4.0 * static_cast<double>(length * length * kWidth) / (causal ? 2 : 1));
}

void shapes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"rows", "depth", "columns"});
  for (const std::int64_t rows : {16, 197}) benchmark->Args({rows, 768, 3072})->Args({rows, 3072, 768});
  benchmark->Unit(benchmark::kMicrosecond);
}

BENCHMARK_CAPTURE(linear, fp32, Precision::fp32, Activation::none)->Apply(shapes);
BENCHMARK_CAPTURE(linear, bf16, Precision::bf16, Activation::none)->Apply(shapes);
BENCHMARK_CAPTURE(linear, int8, Precision::int8, Activation::none)->Apply(shapes);
BENCHMARK_CAPTURE(linear, fp32_quick_gelu, Precision::fp32, Activation::quick_gelu)->Args({197, 768, 3072});
BENCHMARK_CAPTURE(linear, bf16_quick_gelu, Precision::bf16, Activation::quick_gelu)->Args({197, 768, 3072});
BENCHMARK_CAPTURE(linear, int8_quick_gelu, Precision::int8, Activation::quick_gelu)->Args({197, 768, 3072});
BENCHMARK_CAPTURE(attention, fp32, Precision::fp32, false)->Arg(197)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(attention, bf16, Precision::bf16, false)->Arg(197)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(attention, fp32_causal, Precision::fp32, true)->Arg(248)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(attention, bf16_causal, Precision::bf16, true)->Arg(248)->Unit(benchmark::kMicrosecond);

}  // namespace
