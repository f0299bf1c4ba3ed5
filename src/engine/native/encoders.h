#pragma once

#include <memory>
#include <string>

#include "engine/engine.h"

namespace longclip::engine::native {

// The towers on weights that are packed when they are loaded, on the CPU. nullptr where that cannot be, with the
// reason in `why_not`: the device, the processor, or a file that does not carry CLIP's parameters. Of a precision that
// is left to the library, it is the fastest of those that lose next to nothing: bf16 where the processor multiplies it,
// else fp32.
std::unique_ptr<VisionEncoder> load_vision(const package::Package& package, const EngineOptions& options,
                                           std::string& why_not);
std::unique_ptr<TextEncoder> load_text(const package::Package& package, const EngineOptions& options,
                                       std::string& why_not);

}  // namespace longclip::engine::native
