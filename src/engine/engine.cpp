#include "engine/engine.h"

#include <longclip/error.h>

#include "engine/native/encoders.h"
#include "engine/torchscript/encoders.h"

namespace longclip::engine {
namespace {

[[noreturn]] void cannot(const std::filesystem::path& file, const std::string& why_not) {
  throw UnsupportedModel(file.string() + ": the native engine cannot run it: " + why_not +
                         "; leave the choice of the engine to the library");
}

}  // namespace

std::unique_ptr<VisionEncoder> load_vision(const package::Package& package, const EngineOptions& options) {
  if (options.engine != Engine::torchscript) {
    std::string why_not;
    if (auto encoder = native::load_vision(package, options, why_not)) return encoder;
    if (options.engine == Engine::native) cannot(package.vision(), why_not);
  }
  return torchscript::load_vision(package, options);
}

std::unique_ptr<TextEncoder> load_text(const package::Package& package, const EngineOptions& options) {
  if (options.engine != Engine::torchscript) {
    std::string why_not;
    if (auto encoder = native::load_text(package, options, why_not)) return encoder;
    if (options.engine == Engine::native) cannot(package.text(), why_not);
  }
  return torchscript::load_text(package, options);
}

}  // namespace longclip::engine
