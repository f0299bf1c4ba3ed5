#pragma once

#include <memory>

#include "engine/engine.h"

namespace longclip::engine::native {

// The towers on weights that are packed when they are loaded, in float32 on the CPU. nullptr where that cannot be,
// with the reason in `why_not`: the processor, or a file that does not carry CLIP's parameters.
std::unique_ptr<VisionEncoder> load_vision(const package::Package& package, const EngineOptions& options,
                                           std::string& why_not);
std::unique_ptr<TextEncoder> load_text(const package::Package& package, const EngineOptions& options,
                                       std::string& why_not);

}  // namespace longclip::engine::native
