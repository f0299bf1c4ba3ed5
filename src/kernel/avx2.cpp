#include "kernel/variants.h"

#define LONGCLIP_LANES 8
#define LONGCLIP_TILE_ROWS 6
#include "kernel/attention.inc"
#include "kernel/normalize.inc"
#include "kernel/product.inc"

namespace longclip::kernel {
const Kernels avx2 = {"avx2",
                      Precision::fp32,
                      Element::f32,
                      Element::f32,
                      kColumns,
                      kRows,
                      multiply<Single, AsFloats>,
                      attention_scratch<Single>,
                      attend<Single>,
                      normalize<AsFloats>,
                      convert<AsFloats>,
                      nullptr};
}
