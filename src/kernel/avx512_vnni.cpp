#include "kernel/variants.h"

#define LONGCLIP_LANES 16
#define LONGCLIP_TILE_ROWS 14
#define LONGCLIP_WITH_VNNI 1
#include "kernel/attention.inc"
#include "kernel/normalize.inc"
#include "kernel/product.inc"

namespace longclip::kernel {
const Kernels avx512_vnni = {"avx512-vnni",
                             Precision::int8,
                             Element::u8,
                             Element::f32,
                             kColumns,
                             kRows,
                             multiply<Quad, AsFloats>,
                             attention_scratch<Single>,
                             attend<Single>,
                             normalize_quantized,
                             convert<AsFloats>,
                             quantize<AsFloats>};
}
