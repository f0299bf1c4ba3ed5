// Each processor's kernels, as far as this one has them, against the formulas in float64.
#include "kernel/kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "kernel/packed_matrix.h"
#include "kernel/variants.h"

namespace longclip::kernel {
namespace {

std::vector<const Kernels*> variants() {
  std::vector<const Kernels*> found;
#if defined(__x86_64__)
  if (find_kernels() == &avx512) found.push_back(&avx512);
  if (find_kernels() != nullptr) found.push_back(&avx2);
#endif
  return found;
}

std::vector<float> random_numbers(std::size_t count, float spread = 1) {
  static std::mt19937 generator(5);
  std::normal_distribution<float> normal(0, spread);
  std::vector<float> numbers(count);
  for (float& number : numbers) number = normal(generator);
  return numbers;
}

class EachKernel : public ::testing::TestWithParam<const Kernels*> {
 protected:
  const Kernels& kernels() const { return *GetParam(); }
};

// a [rows, depth] and b [columns, depth] in buffers of odd strides.
struct Matrices {
  std::size_t rows;
  std::size_t columns;
  std::size_t depth;
  std::vector<float> a = random_numbers(rows * stride());
  std::vector<float> b = random_numbers(columns * depth);
  std::vector<float> bias = random_numbers(columns);

  std::size_t stride() const { return depth + 3; }
  double exact(std::size_t row, std::size_t column) const {
    double sum = bias[column];
    for (std::size_t k = 0; k < depth; ++k) sum += static_cast<double>(a[row * stride() + k]) * b[column * depth + k];
    return sum;
  }
};

// Of the rows of a, into a c that is still to be named.
Product product_of(const Matrices& m, const PackedMatrix& packed) {
  Product product;
  product.a = m.a.data();
  product.a_stride = m.stride();
  product.rows = m.rows;
  product.depth = m.depth;
  product.panels = packed.from(0);
  product.panel_count = packed.panels();
  product.bias = packed.bias_from(0);
  return product;
}

// The activation alone: of x times one.
float activated(const Kernels& kernels, Activation activation, float x) {
  const std::vector<float> one(1, 1.0f);
  const PackedMatrix packed(kernels, one, 1, {});
  std::vector<float> c(kernels.columns);
  Product product;
  product.a = &x;
  product.rows = 1;
  product.depth = 1;
  product.panels = packed.from(0);
  product.panel_count = 1;
  product.activation = activation;
  product.c = c.data();
  kernels.multiply(product);
  return c[0];
}

double quick_gelu(double x) { return x / (1 + std::exp(-1.702 * x)); }
double gelu(double x) { return x * 0.5 * (1 + std::erf(x / std::sqrt(2.0))); }
double as_it_is(double x) { return x; }

TEST_P(EachKernel, MultipliesRowsOfAnyNumber) {
  for (const std::size_t rows : {1, 5, 14, 31}) {
    for (const std::size_t columns : {1, 32, 50}) {
      const Matrices m{rows, columns, 70};
      const PackedMatrix packed(kernels(), m.b, m.depth, m.bias);
      const std::size_t c_stride = packed.panels() * kernels().columns + 1;
      std::vector<float> c(rows * c_stride, 7);
      Product product = product_of(m, packed);
      product.c = c.data();
      product.c_stride = c_stride;
      kernels().multiply(product);
      for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < columns; ++j)
          EXPECT_NEAR(c[i * c_stride + j], m.exact(i, j), 1e-4) << i << " " << j;
        EXPECT_EQ(c[i * c_stride + c_stride - 1], 7);  // between the rows
      }
    }
  }
}

TEST_P(EachKernel, ActivatesAndAdds) {
  const Matrices m{3, 40, 24};
  const PackedMatrix packed(kernels(), m.b, m.depth, m.bias);
  const std::size_t c_stride = packed.panels() * kernels().columns;
  const std::vector<float> before = random_numbers(m.rows * c_stride);
  const auto run = [&](Activation activation, bool add, double (*function)(double)) {
    std::vector<float> c = before;
    Product product = product_of(m, packed);
    product.activation = activation;
    product.add = add;
    product.c = c.data();
    product.c_stride = c_stride;
    kernels().multiply(product);
    for (std::size_t i = 0; i < m.rows; ++i) {
      for (std::size_t j = 0; j < m.columns; ++j) {
        const double expected = function(m.exact(i, j)) + (add ? before[i * c_stride + j] : 0);
        EXPECT_NEAR(c[i * c_stride + j], expected, 1e-5 * (1 + std::abs(expected)));
      }
    }
  };
  run(Activation::quick_gelu, false, quick_gelu);
  run(Activation::gelu, false, gelu);
  run(Activation::none, true, as_it_is);
}

struct Named {
  Activation activation;
  double (*exact)(double);
};

TEST_P(EachKernel, ActivatesNumbersOfAnySize) {
  for (const float x : {-1e30f, -200.0f, -88.5f, -20.0f, -1.0f, -1e-6f, 0.0f, 1e-6f, 0.5f, 3.0f, 60.0f, 1e30f}) {
    for (const auto& [activation, exact] : {Named{Activation::quick_gelu, quick_gelu}, Named{Activation::gelu, gelu}}) {
      // erf's approximation errs by 1.5e-7, which x / 2 multiplies.
      EXPECT_NEAR(activated(kernels(), activation, x), exact(x), 3e-7 * std::abs(x)) << x;
    }
  }
}

struct Heads {
  std::size_t rows;
  std::size_t length;
  std::size_t width;
  bool causal;
};

TEST_P(EachKernel, AttendsAsTheFormula) {
  for (const Heads& head : {Heads{1, 1, 64, false}, Heads{40, 40, 64, true}, Heads{197, 197, 64, false},
                            Heads{1, 77, 64, false}, Heads{33, 33, 16, true}, Heads{9, 9, 24, false}}) {
    const std::size_t stride = 3 * head.width + 5;
    const std::size_t spare = kernels().columns;
    const std::vector<float> qkv = random_numbers(head.length * stride + spare, 2);
    std::vector<float> y(head.rows * (head.width + 1), 7);
    std::vector<float> scratch(kernels().attention_scratch(head.length, head.width));
    Attention attention;
    attention.q = qkv.data();
    attention.q_stride = attention.kv_stride = stride;
    attention.rows = head.rows;
    attention.k = qkv.data() + head.width;
    attention.v = qkv.data() + 2 * head.width;
    attention.length = head.length;
    attention.width = head.width;
    attention.causal = head.causal;
    attention.scale = 0.125f;
    attention.y = y.data();
    attention.y_stride = head.width + 1;
    attention.scratch = scratch.data();
    kernels().attend(attention);
    for (std::size_t i = 0; i < head.rows; ++i) {
      const std::size_t seen = head.causal ? i + 1 : head.length;
      std::vector<double> shares(seen);
      for (std::size_t j = 0; j < seen; ++j) {
        for (std::size_t d = 0; d < head.width; ++d) {
          shares[j] += 0.125 * attention.q[i * stride + d] * attention.k[j * stride + d];
        }
      }
      const double largest = *std::max_element(shares.begin(), shares.end());
      double sum = 0;
      for (double& share : shares) sum += share = std::exp(share - largest);
      for (std::size_t d = 0; d < head.width; ++d) {
        double mixed = 0;
        for (std::size_t j = 0; j < seen; ++j) mixed += shares[j] / sum * attention.v[j * stride + d];
        EXPECT_NEAR(y[i * (head.width + 1) + d], mixed, 2e-5) << head.length << " " << i << " " << d;
      }
      EXPECT_EQ(y[i * (head.width + 1) + head.width], 7);
    }
  }
}

// As the sum of a row does not, a row of another batch must not either.
TEST_P(EachKernel, GivesARowTheSameWhateverIsBesideIt) {
  const Matrices m{29, 64, 96};
  const PackedMatrix packed(kernels(), m.b, m.depth, m.bias);
  std::vector<float> all(m.rows * 64);
  std::vector<float> alone(64);
  Product product = product_of(m, packed);
  product.activation = Activation::quick_gelu;
  product.c = all.data();
  product.c_stride = 64;
  kernels().multiply(product);
  for (std::size_t row = 0; row < m.rows; ++row) {
    product.a = m.a.data() + row * m.stride();
    product.rows = 1;
    product.c = alone.data();
    kernels().multiply(product);
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(), all.begin() + static_cast<std::ptrdiff_t>(row * 64))) << row;
  }
}

TEST_P(EachKernel, NormalizesRowsOfAnyWidth) {
  for (const std::size_t width : {1, 7, 64, 771}) {
    const auto x = random_numbers(width, 3);
    const auto gain = random_numbers(width);
    const auto bias = random_numbers(width);
    double mean = 0;
    for (const float value : x) mean += value / static_cast<double>(width);
    double variance = 0;
    for (const float value : x) variance += (value - mean) * (value - mean) / static_cast<double>(width);
    std::vector<float> y(width);
    kernels().normalize(x.data(), width, gain.data(), bias.data(), y.data());
    for (std::size_t i = 0; i < width; ++i) {
      EXPECT_NEAR(y[i], (x[i] - mean) / std::sqrt(variance + 1e-5) * gain[i] + bias[i], 1e-5) << width << " " << i;
    }
  }
}

TEST_P(EachKernel, LetsNoNaNDisappear) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const Activation activation : {Activation::none, Activation::quick_gelu, Activation::gelu}) {
    EXPECT_TRUE(std::isnan(activated(kernels(), activation, nan)));
  }
}

INSTANTIATE_TEST_SUITE_P(Processors, EachKernel, ::testing::ValuesIn(variants()),
                         [](const auto& parameter) { return std::string(parameter.param->name); });
// A processor that has none of them runs TorchScript.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EachKernel);

}  // namespace
}  // namespace longclip::kernel
