#pragma once

#include <string_view>

#include <longclip/export.h>

namespace longclip {

// The number type that a tower's matrices are kept and multiplied in. Features are float32 at
// every precision; LayerNorm and softmax always run in float32.
enum class Precision {
  fp32,
  fp16,       // storage in packages; computing in it needs a CUDA device
  bf16,       // computing in it needs a processor with AVX512_BF16 or a CUDA device
  int8,       // computing only: the blocks' linear layers in 8-bit integers; needs AVX512_VNNI
  automatic,  // computing only: bf16 where the processor multiplies it natively, else fp32
};

// "fp32", "fp16", "bf16", "int8" or "auto".
LONGCLIP_EXPORT std::string_view to_string(Precision precision) noexcept;

// The reverse. Throws InvalidInput for any other name.
LONGCLIP_EXPORT Precision parse_precision(std::string_view name);

}  // namespace longclip
