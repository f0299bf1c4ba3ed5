#include "engine/engine.h"

#include <algorithm>
#include <cmath>

#include <longclip/error.h>

#include "engine/native/encoders.h"
#include "engine/torchscript/encoders.h"
#include "kernel/kernels.h"

namespace longclip::engine {
namespace {

// What the native engine gives, else what the TorchScript does, as far as `options` leave the choice.
template <class Encoder, class Native, class TorchScript>
std::unique_ptr<Encoder> load(const package::Package& package, const std::filesystem::path& file, EngineOptions options,
                              const Native& native, const TorchScript& torchscript) {
  if (options.engine == Engine::automatic && options.precision == Precision::bf16 && options.device == "cpu" &&
      kernel::find_kernels(Precision::bf16) == nullptr) {
    throw UnsupportedModel(
        "precision bf16: the processor lacks AVX512_BF16, and would be slower than in fp32; use precision auto, which "
        "takes bf16 where it is fast, or fp32");
  }
  std::string why_not = "it was not to be used";
  if (options.engine != Engine::torchscript) {
    if (auto encoder = native(package, options, why_not)) return encoder;
  }
  if (options.engine == Engine::native) {
    throw UnsupportedModel(file.string() + ": the native engine cannot run it: " + why_not +
                           "; leave the choice of the engine to the library");
  }
  if (options.precision == Precision::int8) {
    throw UnsupportedModel(file.string() + ": int8 is computed by the native engine alone, and " + why_not +
                           "; use precision auto, bf16 or fp32");
  }
  if (options.precision == Precision::automatic) options.precision = Precision::fp32;
  return torchscript(package, options);
}

}  // namespace

void set_shape(TowerInfo& info, const Architecture::Tower& shape) {
  info.width = shape.width;
  info.layers = shape.layers;
  info.heads = shape.heads;
}

bool all_finite(std::span<const float> values) {
  return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

std::unique_ptr<VisionEncoder> load_vision(const package::Package& package, const EngineOptions& options) {
  return load<VisionEncoder>(package, package.vision(), options, native::load_vision, torchscript::load_vision);
}

std::unique_ptr<TextEncoder> load_text(const package::Package& package, const EngineOptions& options) {
  return load<TextEncoder>(package, package.text(), options, native::load_text, torchscript::load_text);
}

}  // namespace longclip::engine
