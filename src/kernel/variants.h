#pragma once

#include "kernel/kernels.h"

namespace longclip::kernel {

#if defined(__x86_64__)
extern const Kernels avx2;    // with FMA
extern const Kernels avx512;  // F, BW, DQ, VL
#endif

}  // namespace longclip::kernel
