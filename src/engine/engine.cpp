#include "engine/engine.h"

#include "engine/torchscript/encoders.h"

namespace longclip::engine {

// TorchScript is the one engine so far; Engine::automatic picks it.
std::unique_ptr<VisionEncoder> load_vision(const package::Package& package, const EngineOptions& options) {
  return torchscript::load_vision(package, options);
}

std::unique_ptr<TextEncoder> load_text(const package::Package& package, const EngineOptions& options) {
  return torchscript::load_text(package, options);
}

}  // namespace longclip::engine
