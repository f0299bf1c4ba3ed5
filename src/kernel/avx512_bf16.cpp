#include "kernel/variants.h"

#define LONGCLIP_LANES 16
#define LONGCLIP_TILE_ROWS 14
#define LONGCLIP_WITH_BF16 1
#include "kernel/attention.inc"
#include "kernel/normalize.inc"
#include "kernel/product.inc"

namespace longclip::kernel {
const Kernels avx512_bf16 = {
    "avx512-bf16",          Precision::bf16,         Element::bf16, Element::bf16,     kColumns,        kRows,
    multiply<Pair, AsBf16>, attention_scratch<Pair>, attend<Pair>,  normalize<AsBf16>, convert<AsBf16>, nullptr};
}
