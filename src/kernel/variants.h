#pragma once

#include "kernel/kernels.h"

namespace longclip::kernel {

#if defined(__x86_64__)
extern const Kernels avx2;         // with FMA
extern const Kernels avx512;       // F, BW, DQ, VL
extern const Kernels avx512_bf16;  // the same with BF16
extern const Kernels avx512_vnni;  // the same with VNNI: int8, and float between products
extern const Kernels avx512_int8;  // with BF16 and VNNI: int8, and bfloat16 between products
#endif

}  // namespace longclip::kernel
