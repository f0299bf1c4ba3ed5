#include "image/weights.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace longclip::image {
namespace {

double cubic(double x) {  // Keys' kernel, a = -0.5
  constexpr double a = -0.5;
  x = std::fabs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

// How the outputs of a line look at its inputs.
struct Line {
  Line(std::int64_t inputs, std::int64_t outputs)
      : in(inputs),
        scale(static_cast<double>(inputs) / static_cast<double>(outputs)),
        stretch(std::max(scale, 1.0)),
        support(2 * stretch) {}

  double centre(std::int64_t output) const { return (static_cast<double>(output) + 0.5) * scale; }
  InputRange inputs(std::int64_t output) const {
    return {std::max<std::int64_t>(0, static_cast<std::int64_t>(centre(output) - support + 0.5)),
            std::min(in, static_cast<std::int64_t>(centre(output) + support + 0.5))};
  }

  std::int64_t in;
  double scale;
  double stretch;
  double support;
};

}  // namespace

InputRange Weights::inputs(std::int64_t in, std::int64_t out, std::int64_t begin, int count) {
  const Line line(in, out);
  return {line.inputs(begin).first, line.inputs(begin + count - 1).end};
}

Weights::Weights(std::int64_t in, std::int64_t out, std::int64_t begin, int count)
    : range_(inputs(in, out, begin, count)) {
  const Line line(in, out);
  std::vector<double> weights;
  for (std::int64_t i = begin; i < begin + count; ++i) {
    const InputRange range = line.inputs(i);
    weights.clear();
    double sum = 0;
    for (std::int64_t x = range.first; x < range.end; ++x) {
      weights.push_back(cubic((static_cast<double>(x) - line.centre(i) + 0.5) * (1.0 / line.stretch)));
      sum += weights.back();
    }
    for (double& weight : weights) weight /= sum;
    add(static_cast<std::size_t>(range.first - range_.first), weights);
  }
}

void Weights::add(std::size_t first, const std::vector<double>& weights) {
  const std::size_t group = first / kInputs;
  const std::size_t end = (first + weights.size() + kInputs - 1) / kInputs;
  outputs_.push_back({group, end - group, groups_.size()});
  std::array<std::int32_t, kInputs> four{};
  for (std::size_t g = group; g < end; ++g) {
    for (std::size_t k = 0; k < kInputs; ++k) {
      const std::size_t input = g * kInputs + k;
      const bool inside = input >= first && input - first < weights.size();
      const double scaled = inside ? weights[input - first] * (1 << kWeightBits) : 0;
      four[k] = static_cast<std::int32_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    }
    groups_.push_back(split(four));
  }
}

}  // namespace longclip::image
