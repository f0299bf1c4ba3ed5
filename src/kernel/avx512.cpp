#include "kernel/variants.h"

#define LONGCLIP_LANES 16
#define LONGCLIP_TILE_ROWS 14
#include "kernel/float32.inc"

namespace longclip::kernel {
const Kernels avx512 = {"avx512", kColumns, kRows, multiply, attention_scratch, attend, normalize};
}
