#include "package/native_tower.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "package/clip_parameters.h"

namespace longclip::package {
namespace {

std::string missing_instructions(Precision precision) {
  switch (precision) {
    case Precision::fp32:
      return "the processor has neither AVX-512 nor AVX2";
    case Precision::bf16:
      return "the processor lacks AVX512_BF16, which precision bf16 needs";
    case Precision::int8:
      return "the processor lacks AVX512_VNNI, which precision int8 needs";
    case Precision::automatic:
    case Precision::fp16:
      break;
  }
  return "it does not compute in " + std::string(to_string(precision));
}

// Rows are read four bytes at a time, heads apart.
bool fits(const Architecture::Tower& shape, const kernel::Kernels& kernels) {
  const auto whole_units = [&](int width, kernel::Element element) {
    return static_cast<std::size_t>(width) * kernel::size_of(element) % kernel::kUnit == 0;
  };
  return whole_units(shape.width, kernels.operand) && whole_units(shape.mlp, kernels.operand) &&
         whole_units(shape.width / shape.heads, kernels.working);
}

// A sum of 8-bit products has 32 bits.
bool sums_fit(const Architecture::Tower& shape, const kernel::Kernels& kernels) {
  constexpr int kDeepest = std::numeric_limits<std::int32_t>::max() / (255 * 127);
  return kernels.operand != kernel::Element::u8 || std::max(shape.width, shape.mlp) <= kDeepest;
}

}  // namespace

std::string why_not_native(const Architecture& architecture, Towers which, Precision precision) {
  const auto& shape = which == Towers::vision ? architecture.vision : architecture.text;
  const auto* kernels = kernel::find_kernels(precision);
  if (kernels == nullptr) return missing_instructions(precision);
  if (!sums_fit(shape, *kernels)) return "its rows are too long for " + std::string(to_string(precision));
  if (!fits(shape, *kernels)) {
    return "its widths, or those of its heads, are no multiple of 4 bytes in " + std::string(to_string(precision));
  }
  return {};
}

NativeTower find_native_tower(const Package& package, Towers which, Precision precision) {
  const bool vision = which == Towers::vision;
  const Architecture& architecture = package.config.architecture;
  NativeTower tower;
  tower.file = vision ? package.vision() : package.text();
  tower.why_not = why_not_native(architecture, which, precision);
  if (!tower) return tower;
  tower.kernels = kernel::find_kernels(precision);
  const auto parameters = vision ? tower::vision_parameters(architecture) : tower::text_parameters(architecture);
  tower.parameters = clip_parameters(tower.file, architecture, parameters, tower.why_not);
  return tower;
}

}  // namespace longclip::package
