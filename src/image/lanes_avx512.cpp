// Compiled for AVX-512 with VNNI: nothing inline of other headers may be called here, or the linker might keep this
// file's copy of it for all.
#include <immintrin.h>

#include "image/lanes.h"
#include "image/lanes_shuffle.inc"

namespace longclip::image {
namespace {

// Rows 0, 4, 8 and 12, from `from` on.
__m512i load_four(const std::uint8_t* from, std::size_t stride) {
  const __m256i low = _mm256_inserti128_si256(_mm256_castsi128_si256(load(from)), load(from + 4 * stride), 1);
  const __m256i high =
      _mm256_inserti128_si256(_mm256_castsi128_si256(load(from + 8 * stride)), load(from + 12 * stride), 1);
  return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

void store(std::uint8_t* to, __m512i value) { _mm512_storeu_si512(to, value); }

void gather(const std::uint8_t* rows, std::size_t stride, std::size_t pixel, std::size_t steps, std::uint8_t* blocks) {
  const __m512i ordered = _mm512_broadcast_i32x4(order(pixel));
  const std::size_t bytes = step_bytes(pixel);
  for (std::size_t step = 0; step < steps; ++step, rows += bytes, blocks += step_blocks(pixel) * kBlock) {
    const __m512i a = _mm512_shuffle_epi8(load_four(rows, stride), ordered);
    const __m512i b = _mm512_shuffle_epi8(load_four(rows + stride, stride), ordered);
    const __m512i c = _mm512_shuffle_epi8(load_four(rows + 2 * stride, stride), ordered);
    const __m512i d = _mm512_shuffle_epi8(load_four(rows + 3 * stride, stride), ordered);
    const __m512i ab = _mm512_unpacklo_epi32(a, b);
    const __m512i cd = _mm512_unpacklo_epi32(c, d);
    const __m512i ab_high = _mm512_unpackhi_epi32(a, b);
    const __m512i cd_high = _mm512_unpackhi_epi32(c, d);
    store(blocks, _mm512_unpacklo_epi64(ab, cd));
    store(blocks + kBlock, _mm512_unpackhi_epi64(ab, cd));
    store(blocks + 2 * kBlock, _mm512_unpacklo_epi64(ab_high, cd_high));
    if (pixel != 3) store(blocks + 3 * kBlock, _mm512_unpackhi_epi64(ab_high, cd_high));
  }
}

__m512i four_weights(const std::int8_t* weights) {
  return _mm512_set1_epi32(_mm_cvtsi128_si32(_mm_loadu_si32(weights)));
}

void weigh(const std::uint8_t* blocks, std::size_t stride, const WeightGroup* weights, std::size_t groups,
           std::uint8_t* out) {
  __m512i high = _mm512_setzero_si512();
  __m512i middle = _mm512_setzero_si512();
  __m512i low = _mm512_set1_epi32(1 << (kWeightBits - 1));
  for (std::size_t g = 0; g < groups; ++g, blocks += stride) {
    const __m512i values = _mm512_loadu_si512(blocks);
    high = _mm512_dpbusd_epi32(high, values, four_weights(weights[g].bytes[0]));
    middle = _mm512_dpbusd_epi32(middle, values, four_weights(weights[g].bytes[1]));
    low = _mm512_dpbusd_epi32(low, values, four_weights(weights[g].bytes[2]));
  }
  const __m512i sums =
      _mm512_add_epi32(_mm512_add_epi32(_mm512_slli_epi32(high, 16), _mm512_slli_epi32(middle, 8)), low);
  const __m512i values = _mm512_max_epi32(_mm512_srai_epi32(sums, kWeightBits), _mm512_setzero_si512());
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm512_cvtusepi32_epi8(values));
}

}  // namespace

const Lanes avx512_lanes{"avx512", gather, weigh};

}  // namespace longclip::image
