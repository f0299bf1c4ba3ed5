#include "kernel/variants.h"

#define LONGCLIP_LANES 8
#define LONGCLIP_TILE_ROWS 6
#include "kernel/float32.inc"

namespace longclip::kernel {
const Kernels avx2 = {"avx2", kColumns, kRows, multiply, attention_scratch, attend, normalize};
}
