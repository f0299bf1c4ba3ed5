#include "engine/native/encoders.h"

#include <optional>
#include <utility>
#include <vector>

#include "engine/native/text.h"
#include "engine/native/vision.h"
#include "package/native_tower.h"

namespace longclip::engine::native {
namespace {

struct Found {
  Means means;
  TowerWeights weights;
};

std::optional<Found> find(const package::Package& package, Towers which, const EngineOptions& options,
                          std::string& why_not) {
  if (options.device != "cpu") {
    why_not = "it runs on the CPU";
    return {};
  }
  Precision precision = options.precision;
  if (precision == Precision::automatic) {
    precision = package::why_not_native(package.config.architecture, which, Precision::bf16).empty() ? Precision::bf16
                                                                                                     : Precision::fp32;
  }
  auto tower = package::find_native_tower(package, which, precision);
  why_not = tower.why_not;
  if (!tower) return {};
  return Found{{tower.file.string(), precision, *tower.kernels, *kernel::find_kernels(Precision::fp32), options.team},
               TowerWeights(*std::move(tower.parameters))};
}

}  // namespace

std::unique_ptr<VisionEncoder> load_vision(const package::Package& package, const EngineOptions& options,
                                           std::string& why_not) {
  auto found = find(package, Towers::vision, options, why_not);
  if (!found) return nullptr;
  return std::make_unique<Vision>(std::move(found->means), package.config.architecture, found->weights);
}

std::unique_ptr<TextEncoder> load_text(const package::Package& package, const EngineOptions& options,
                                       std::string& why_not) {
  auto found = find(package, Towers::text, options, why_not);
  if (!found) return nullptr;
  return std::make_unique<Text>(std::move(found->means), package.config.architecture, found->weights, options.end_id);
}

}  // namespace longclip::engine::native
