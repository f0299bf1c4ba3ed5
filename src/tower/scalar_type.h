#pragma once

#include <c10/core/ScalarType.h>

#include <longclip/precision.h>

namespace longclip::tower {

// The type that matrices of a precision have in LibTorch.
inline c10::ScalarType scalar_type(Precision precision) {
  switch (precision) {
    case Precision::fp32:
      return c10::kFloat;
    case Precision::fp16:
      return c10::kHalf;
    case Precision::bf16:
      return c10::kBFloat16;
    case Precision::int8:  // not of LibTorch's
    case Precision::automatic:
      break;
  }
  return c10::kFloat;
}

}  // namespace longclip::tower
