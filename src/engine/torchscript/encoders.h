#pragma once

#include <memory>

#include "engine/engine.h"

namespace longclip::engine::torchscript {

std::unique_ptr<VisionEncoder> load_vision(const package::Package& package, const EngineOptions& options);
std::unique_ptr<TextEncoder> load_text(const package::Package& package, const EngineOptions& options);

}  // namespace longclip::engine::torchscript
