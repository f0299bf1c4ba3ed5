#include "kernel/variants.h"

#define LONGCLIP_LANES 16
#define LONGCLIP_TILE_ROWS 14
#define LONGCLIP_WITH_BF16 1
#define LONGCLIP_WITH_VNNI 1
#include "kernel/attention.inc"
#include "kernel/normalize.inc"
#include "kernel/product.inc"

namespace longclip::kernel {
const Kernels avx512_int8 = {"avx512-int8",
                             Precision::int8,
                             Element::u8,
                             Element::bf16,
                             kColumns,
                             kRows,
                             multiply<Quad, AsBf16>,
                             attention_scratch<Pair>,
                             attend<Pair>,
                             normalize_quantized,
                             convert<AsBf16>,
                             quantize<AsBf16>};
}
