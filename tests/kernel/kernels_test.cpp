// Each processor's kernels, as far as this one has them, against the formulas in float64.
#include "kernel/kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "kernel/packed_matrix.h"
#include "kernel/variants.h"

namespace longclip::kernel {
namespace {

std::vector<const Kernels*> variants() {
  std::vector<const Kernels*> found;
#if defined(__x86_64__)
  if (find_kernels(Precision::fp32) == &avx512) found.push_back(&avx512);
  if (find_kernels(Precision::fp32) != nullptr) found.push_back(&avx2);
  if (find_kernels(Precision::bf16) != nullptr) found.push_back(&avx512_bf16);
  if (find_kernels(Precision::int8) != nullptr) found.push_back(&avx512_vnni);
  if (find_kernels(Precision::int8) == &avx512_int8) found.push_back(&avx512_int8);
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

// To the nearest of the numbers of seven bits after the first one, ties to even: what bfloat16 is.
float as_bf16(float value) {
  if (value == 0 || !std::isfinite(value)) return value;
  const int exponent = std::ilogb(value);
  return std::ldexp(std::nearbyint(std::ldexp(value, 7 - exponent)), exponent - 7);
}

std::uint16_t bits_of_bf16(float value) {
  return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16);
}

// Rows of numbers as an element has them, with odd strides, and what each stands for.
class Rows {
 public:
  Rows(Element element, std::size_t count, std::size_t width, float spread = 1)
      : element_(element),
        width_(width),
        stride_((width * size_of(element) + kUnit - 1) / kUnit * kUnit + 3 * kUnit),
        bytes_(count * stride_ + 256),
        values_(random_numbers(count * width, spread)) {
    static std::mt19937 generator(6);
    for (std::size_t i = 0; i < count; ++i) {
      if (element == Element::u8)
        scales_.push_back({0.01f * spread * static_cast<float>(i + 1), static_cast<float>(i)});
      for (std::size_t k = 0; k < width; ++k) {
        float& value = values_[i * width + k];
        std::byte* to = &bytes_[i * stride_ + k * size_of(element)];
        if (element == Element::f32) std::memcpy(to, &value, sizeof value);
        if (element == Element::bf16) {
          value = as_bf16(value);
          const std::uint16_t bits = bits_of_bf16(value);
          std::memcpy(to, &bits, sizeof bits);
        }
        if (element == Element::u8) {
          const auto operand = static_cast<std::uint8_t>(generator());
          *to = static_cast<std::byte>(operand);
          value = scales_[i].scale * (static_cast<float>(operand) - scales_[i].zero);
        }
      }
    }
  }

  const std::byte* row(std::size_t i) const { return &bytes_[i * stride_]; }
  std::size_t stride() const { return stride_; }
  const RowScale* scales(std::size_t i) const { return scales_.empty() ? nullptr : &scales_[i]; }
  double operator()(std::size_t i, std::size_t k) const { return values_[i * width_ + k]; }

 private:
  Element element_;
  std::size_t width_;
  std::size_t stride_;
  std::vector<std::byte> bytes_;
  std::vector<float> values_;
  std::vector<RowScale> scales_;
};

// The number that working numbers have at `i`.
float number_at(Element element, const std::byte* row, std::size_t i) {
  if (element == Element::f32) {
    float value = 0;
    std::memcpy(&value, row + i * sizeof value, sizeof value);
    return value;
  }
  std::uint16_t bits = 0;
  std::memcpy(&bits, row + i * sizeof bits, sizeof bits);
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

// How far a working number may be from `value`: kernels that are not in float have functions of 4 digits, too.
double tolerance(const Kernels& kernels, double value) {
  return kernels.precision == Precision::fp32 ? 1e-5 * (1 + std::abs(value)) : 5e-3 * std::abs(value) + 1e-3;
}

class EachKernel : public ::testing::TestWithParam<const Kernels*> {
 protected:
  const Kernels& kernels() const { return *GetParam(); }
};

// a [rows, depth] and b [columns, depth].
struct Matrices {
  Matrices(const Kernels& kernels, std::size_t row_count, std::size_t column_count, std::size_t depth_)
      : rows(row_count), columns(column_count), depth(depth_), a(kernels.operand, rows, depth, 0.3f) {
    // Of 8 bits: -127 to 127 times a scale of the column's, its largest weight 127.
    for (std::size_t j = 0; kernels.operand == Element::u8 && j < columns; ++j) {
      float largest = 0;
      for (std::size_t k = 0; k < depth; ++k) largest = std::max(largest, std::abs(b[j * depth + k]));
      for (std::size_t k = 0; k < depth; ++k) {
        used[j * depth + k] = std::nearbyint(used[j * depth + k] / (largest / 127)) * (largest / 127);
      }
    }
    if (kernels.operand == Element::bf16) std::transform(used.begin(), used.end(), used.begin(), as_bf16);
  }

  double exact(std::size_t row, std::size_t column) const {
    double sum = bias[column];
    for (std::size_t k = 0; k < depth; ++k) sum += a(row, k) * used[column * depth + k];
    return sum;
  }

  // Of the rows of a, into a c that is still to be named.
  Product product(const PackedMatrix& packed) const {
    Product product;
    product.a = a.row(0);
    product.a_stride = a.stride();
    product.a_scales = a.scales(0);
    product.rows = rows;
    packed.take_panels(0, packed.panels(), product);
    return product;
  }

  std::size_t rows;
  std::size_t columns;
  std::size_t depth;
  Rows a;
  std::vector<float> b = random_numbers(columns * depth, 0.3f);
  std::vector<float> used = b;  // what is multiplied by
  std::vector<float> bias = random_numbers(columns);
};

// The activation alone: the product is 0, the bias x.
float activated(const Kernels& kernels, Activation activation, float x) {
  const std::vector<float> none(4, 0.0f);
  const std::vector<float> bias(1, x);
  const PackedMatrix packed(kernels, none, 4, bias);
  const RowScale one;
  std::vector<std::byte> c(kernels.columns * kUnit);
  Product product;
  product.a = reinterpret_cast<const std::byte*>(none.data());
  product.a_scales = &one;
  product.rows = 1;
  packed.take_panels(0, 1, product);
  product.activation = activation;
  product.c = c.data();
  kernels.multiply(product);
  return number_at(kernels.working, c.data(), 0);
}

double quick_gelu(double x) { return x / (1 + std::exp(-1.702 * x)); }
double gelu(double x) { return x * 0.5 * (1 + std::erf(x / std::sqrt(2.0))); }

TEST_P(EachKernel, MultipliesRowsOfAnyNumber) {
  for (const std::size_t rows : {1, 5, 14, 31}) {
    for (const std::size_t columns : {1, 32, 50}) {
      const Matrices m(kernels(), rows, columns, 70);
      const PackedMatrix packed(kernels(), m.b, m.depth, m.bias);
      const std::size_t c_stride = packed.panels() * kernels().columns * size_of(kernels().working) + kUnit;
      std::vector<std::byte> c(rows * c_stride, std::byte{7});
      Product product = m.product(packed);
      product.c = c.data();
      product.c_stride = c_stride;
      kernels().multiply(product);
      for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < columns; ++j) {
          EXPECT_NEAR(number_at(kernels().working, &c[i * c_stride], j), m.exact(i, j),
                      tolerance(kernels(), m.exact(i, j)))
              << i << " " << j;
        }
        EXPECT_EQ(c[(i + 1) * c_stride - kUnit], std::byte{7});  // between the rows
      }
    }
  }
}

TEST_P(EachKernel, Activates) {
  const Matrices m(kernels(), 3, 40, 24);
  const PackedMatrix packed(kernels(), m.b, m.depth, m.bias);
  const std::size_t c_stride = packed.panels() * kernels().columns * size_of(kernels().working);
  const auto run = [&](Activation activation, double (*function)(double)) {
    std::vector<std::byte> c(m.rows * c_stride);
    Product product = m.product(packed);
    product.activation = activation;
    product.c = c.data();
    product.c_stride = c_stride;
    kernels().multiply(product);
    for (std::size_t i = 0; i < m.rows; ++i) {
      for (std::size_t j = 0; j < m.columns; ++j) {
        const double expected = function(m.exact(i, j));
        EXPECT_NEAR(number_at(kernels().working, &c[i * c_stride], j), expected, tolerance(kernels(), expected));
      }
    }
  };
  run(Activation::quick_gelu, quick_gelu);
  run(Activation::gelu, gelu);
}

// To the residual stream, in float whatever is multiplied.
TEST_P(EachKernel, AddsInFloat) {
  const Matrices m(kernels(), 17, 40, 24);
  const PackedMatrix packed(kernels(), m.b, m.depth, m.bias);
  const std::size_t c_width = packed.panels() * kernels().columns;
  const std::vector<float> before = random_numbers(m.rows * c_width);
  std::vector<float> c = before;
  Product product = m.product(packed);
  product.add = true;
  product.c = reinterpret_cast<std::byte*>(c.data());
  product.c_stride = c_width * sizeof(float);
  kernels().multiply(product);
  for (std::size_t i = 0; i < m.rows; ++i) {
    for (std::size_t j = 0; j < m.columns; ++j) {
      const double expected = m.exact(i, j) + before[i * c_width + j];
      EXPECT_NEAR(c[i * c_width + j], expected, 1e-5 * (1 + std::abs(expected)));
    }
  }
}

struct Named {
  Activation activation;
  double (*exact)(double);
};

TEST_P(EachKernel, ActivatesNumbersOfAnySize) {
  for (const float x : {-1e30f, -200.0f, -88.5f, -20.0f, -1.0f, -1e-6f, 0.0f, 1e-6f, 0.5f, 3.0f, 60.0f, 1e30f}) {
    for (const auto& [activation, exact] : {Named{Activation::quick_gelu, quick_gelu}, Named{Activation::gelu, gelu}}) {
      // In float: erf's approximation errs by 1.5e-7, which x / 2 multiplies.
      const double allowed =
          kernels().precision == Precision::fp32 ? 3e-7 * std::abs(x) : 5e-3 * std::abs(exact(x)) + 1e-8;
      EXPECT_NEAR(activated(kernels(), activation, x), exact(x), allowed) << x;
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
  const Element element = kernels().working;
  const double allowed = element == Element::f32 ? 2e-5 : 3e-2;
  for (const Heads& head : {Heads{1, 1, 64, false}, Heads{40, 40, 64, true}, Heads{197, 197, 64, false},
                            Heads{1, 77, 64, false}, Heads{33, 33, 16, true}, Heads{9, 9, 24, false}}) {
    const Rows qkv(element, head.length, 3 * head.width, 2);
    const std::size_t y_stride = (head.width + 2) * size_of(element);
    std::vector<std::byte> y(head.rows * y_stride, std::byte{7});
    std::vector<std::byte> scratch(kernels().attention_scratch(head.length, head.width));
    Attention attention;
    attention.q = qkv.row(0);
    attention.q_stride = attention.kv_stride = qkv.stride();
    attention.rows = head.rows;
    attention.k = qkv.row(0) + head.width * size_of(element);
    attention.v = qkv.row(0) + 2 * head.width * size_of(element);
    attention.length = head.length;
    attention.width = head.width;
    attention.causal = head.causal;
    attention.scale = 0.125f;
    attention.y = y.data();
    attention.y_stride = y_stride;
    attention.scratch = scratch.data();
    kernels().attend(attention);
    for (std::size_t i = 0; i < head.rows; ++i) {
      const std::size_t seen = head.causal ? i + 1 : head.length;
      std::vector<double> shares(seen);
      for (std::size_t j = 0; j < seen; ++j) {
        for (std::size_t d = 0; d < head.width; ++d) shares[j] += 0.125 * qkv(i, d) * qkv(j, head.width + d);
      }
      const double largest = *std::max_element(shares.begin(), shares.end());
      double sum = 0;
      for (double& share : shares) sum += share = std::exp(share - largest);
      for (std::size_t d = 0; d < head.width; ++d) {
        double mixed = 0;
        for (std::size_t j = 0; j < seen; ++j) mixed += shares[j] / sum * qkv(j, 2 * head.width + d);
        EXPECT_NEAR(number_at(element, &y[i * y_stride], d), mixed, allowed) << head.length << " " << i << " " << d;
      }
      EXPECT_EQ(y[(i + 1) * y_stride - 1], std::byte{7});
    }
  }
}

// As the sum of a row does not, a row of another batch must not either.
TEST_P(EachKernel, GivesARowTheSameWhateverIsBesideIt) {
  const Matrices m(kernels(), 29, 64, 96);
  const PackedMatrix packed(kernels(), m.b, m.depth, m.bias);
  const std::size_t stride = 64 * size_of(kernels().working);
  std::vector<std::byte> all(m.rows * stride);
  std::vector<std::byte> alone(stride);
  Product product = m.product(packed);
  product.activation = Activation::quick_gelu;
  product.c = all.data();
  product.c_stride = stride;
  kernels().multiply(product);
  for (std::size_t row = 0; row < m.rows; ++row) {
    product.a = m.a.row(row);
    product.a_scales = m.a.scales(row);
    product.rows = 1;
    product.c = alone.data();
    kernels().multiply(product);
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(), all.begin() + static_cast<std::ptrdiff_t>(row * stride))) << row;
  }
}

// What a row of operands stands for.
std::vector<double> values_of(const Kernels& kernels, const std::vector<std::byte>& row, std::size_t width,
                              const RowScale& scale) {
  std::vector<double> values;
  for (std::size_t i = 0; i < width; ++i) {
    values.push_back(kernels.operand == Element::u8
                         ? static_cast<double>(scale.scale) *
                               (std::to_integer<int>(row[i]) - static_cast<double>(scale.zero))
                         : number_at(kernels.operand, row.data(), i));
  }
  return values;
}

// Of 8 bits, half a step of 255 from the smallest to the largest, 0 among them.
double half_step(const std::vector<double>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return (std::max(*high, 0.0) - std::min(*low, 0.0)) / 255 / 2;
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
    std::vector<double> expected;
    for (std::size_t i = 0; i < width; ++i) {
      expected.push_back((x[i] - mean) / std::sqrt(variance + 1e-5) * gain[i] + bias[i]);
    }
    std::vector<std::byte> y(width * kUnit);
    RowScale scale;
    kernels().normalize(x.data(), width, gain.data(), bias.data(), y.data(), &scale);
    const auto values = values_of(kernels(), y, width, scale);
    for (std::size_t i = 0; i < width; ++i) {
      const double allowed =
          kernels().operand == Element::u8 ? 1.02 * half_step(expected) + 1e-6 : tolerance(kernels(), expected[i]);
      EXPECT_NEAR(values[i], expected[i], allowed) << width << " " << i;
    }
  }
}

TEST_P(EachKernel, ConvertsToTheNearestWorkingNumber) {
  const auto x = random_numbers(37, 100);
  std::vector<std::byte> y(x.size() * kUnit);
  kernels().convert(x.data(), x.size(), y.data());
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_EQ(number_at(kernels().working, y.data(), i), kernels().working == Element::f32 ? x[i] : as_bf16(x[i]));
  }
}

TEST_P(EachKernel, QuantizesToTheNearestStep) {
  if (kernels().operand != Element::u8) {
    EXPECT_EQ(kernels().quantize, nullptr);
    return;
  }
  for (const float offset : {0.0f, 20.0f, -20.0f}) {
    auto x = random_numbers(53, 2);
    for (float& value : x) value = as_bf16(value + offset);
    std::vector<std::byte> working(x.size() * kUnit);
    kernels().convert(x.data(), x.size(), working.data());
    std::vector<std::byte> y(x.size());
    RowScale scale;
    kernels().quantize(working.data(), x.size(), y.data(), &scale);
    const auto values = values_of(kernels(), y, x.size(), scale);
    const double allowed = 1.02 * half_step({x.begin(), x.end()});
    for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(values[i], x[i], allowed) << offset;
  }
  const std::vector<std::byte> zeros(16 * kUnit);
  std::vector<std::byte> y(16, std::byte{9});
  RowScale scale;
  kernels().quantize(zeros.data(), 16, y.data(), &scale);
  EXPECT_EQ(values_of(kernels(), y, 16, scale), std::vector<double>(16, 0.0));
}

TEST_P(EachKernel, LetsNoNaNDisappear) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const Activation activation : {Activation::none, Activation::quick_gelu, Activation::gelu}) {
    EXPECT_TRUE(std::isnan(activated(kernels(), activation, nan)));
  }
  for (const std::size_t place : {std::size_t{3}, std::size_t{36}}) {
    auto x = random_numbers(37);
    x[place] = nan;
    const std::vector<float> ones(x.size(), 1.0f);
    std::vector<std::byte> y(x.size() * kUnit);
    RowScale scale;
    kernels().normalize(x.data(), x.size(), ones.data(), ones.data(), y.data(), &scale);
    EXPECT_TRUE(std::isnan(values_of(kernels(), y, x.size(), scale)[0]));
    if (kernels().quantize == nullptr) continue;
    std::vector<std::byte> working(x.size() * kUnit);
    kernels().convert(x.data(), x.size(), working.data());
    kernels().quantize(working.data(), x.size(), y.data(), &scale);
    EXPECT_TRUE(std::isnan(values_of(kernels(), y, x.size(), scale)[0]));
  }
}

// Of all kinds: what says nothing but that it is none lies in few of its bits.
TEST_P(EachKernel, LetsNoNaNDisappearInAttention) {
  const Element element = kernels().working;
  constexpr std::size_t kWidth = 64;
  for (const std::uint32_t bits : {0x7fc00000U, 0x7fc10000U, 0x7fc00001U, 0xffd50155U}) {
    if (element == Element::bf16 && (bits & 0xffffU) != 0) continue;
    const Rows keys(element, 40, 3 * kWidth);
    std::vector<std::byte> q(keys.row(0), keys.row(1));
    if (element == Element::f32) std::memcpy(q.data(), &bits, sizeof bits);
    const auto upper = static_cast<std::uint16_t>(bits >> 16);
    if (element == Element::bf16) std::memcpy(q.data(), &upper, sizeof upper);
    std::vector<std::byte> y(kWidth * kUnit);
    std::vector<std::byte> scratch(kernels().attention_scratch(40, kWidth));
    Attention attention;
    attention.q = q.data();
    attention.q_stride = attention.kv_stride = keys.stride();
    attention.rows = 1;
    attention.k = keys.row(0) + kWidth * size_of(element);
    attention.v = keys.row(0) + 2 * kWidth * size_of(element);
    attention.length = 40;
    attention.width = kWidth;
    attention.y = y.data();
    attention.y_stride = kWidth * size_of(element);
    attention.scratch = scratch.data();
    kernels().attend(attention);
    for (std::size_t d = 0; d < kWidth; ++d)
      EXPECT_TRUE(std::isnan(number_at(element, y.data(), d))) << bits << " " << d;
  }
}

INSTANTIATE_TEST_SUITE_P(Processors, EachKernel, ::testing::ValuesIn(variants()), [](const auto& parameter) {
  std::string name = parameter.param->name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});
// A processor that has none of them runs TorchScript.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EachKernel);

}  // namespace
}  // namespace longclip::kernel
