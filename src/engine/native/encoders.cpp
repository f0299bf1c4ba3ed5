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

std::optional<Found> find(const std::filesystem::path& file, const Architecture::Tower& shape,
                          const std::vector<tower::Parameter>& parameters, const EngineOptions& options,
                          std::string& why_not) {
  if (options.device != "cpu") {
    why_not = "it runs on the CPU";
    return {};
  }
  Precision precision = options.precision;
  if (precision == Precision::automatic) {
    precision = package::why_not_native(shape, Precision::bf16).empty() ? Precision::bf16 : Precision::fp32;
  }
  auto tower = package::find_native_tower(file, shape, parameters, precision);
  why_not = tower.why_not;
  if (!tower) return {};
  return Found{{file.string(), precision, *tower.kernels, *kernel::find_kernels(Precision::fp32), options.team},
               TowerWeights(*std::move(tower.parameters))};
}

}  // namespace

std::unique_ptr<VisionEncoder> load_vision(const package::Package& package, const EngineOptions& options,
                                           std::string& why_not) {
  const Architecture& shape = package.config.architecture;
  auto found = find(package.vision(), shape.vision, tower::vision_parameters(shape), options, why_not);
  if (!found) return nullptr;
  return std::make_unique<Vision>(std::move(found->means), shape, found->weights);
}

std::unique_ptr<TextEncoder> load_text(const package::Package& package, const EngineOptions& options,
                                       std::string& why_not) {
  const Architecture& shape = package.config.architecture;
  auto found = find(package.text(), shape.text, tower::text_parameters(shape), options, why_not);
  if (!found) return nullptr;
  return std::make_unique<Text>(std::move(found->means), shape, found->weights, options.end_id);
}

}  // namespace longclip::engine::native
