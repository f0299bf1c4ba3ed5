// Compiled for AVX2: nothing inline of other headers may be called here, or the linker might keep this file's copy
// of it for all.
#include <immintrin.h>

#include "image/lanes.h"
#include "image/lanes_shuffle.inc"

namespace longclip::image {
namespace {

__m256i load_two(const std::uint8_t* low, const std::uint8_t* high) {
  return _mm256_inserti128_si256(_mm256_castsi128_si256(load(low)), load(high), 1);
}

void store(std::uint8_t* to, __m256i value) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), value); }

void gather(const std::uint8_t* rows, std::size_t stride, std::size_t pixel, std::size_t steps, std::uint8_t* blocks) {
  const __m256i ordered = _mm256_broadcastsi128_si256(order(pixel));
  const std::size_t bytes = step_bytes(pixel);
  for (std::size_t step = 0; step < steps; ++step, rows += bytes, blocks += step_blocks(pixel) * kBlock) {
    for (std::size_t half = 0; half < 2; ++half) {
      // Rows 0 to 3 in the low halves, 4 to 7 in the high ones; then 4 x 4 fours of bytes are turned.
      const std::uint8_t* top = rows + half * 8 * stride;
      std::uint8_t* to = blocks + half * 32;
      const __m256i a = _mm256_shuffle_epi8(load_two(top, top + 4 * stride), ordered);
      const __m256i b = _mm256_shuffle_epi8(load_two(top + stride, top + 5 * stride), ordered);
      const __m256i c = _mm256_shuffle_epi8(load_two(top + 2 * stride, top + 6 * stride), ordered);
      const __m256i d = _mm256_shuffle_epi8(load_two(top + 3 * stride, top + 7 * stride), ordered);
      const __m256i ab = _mm256_unpacklo_epi32(a, b);
      const __m256i cd = _mm256_unpacklo_epi32(c, d);
      const __m256i ab_high = _mm256_unpackhi_epi32(a, b);
      const __m256i cd_high = _mm256_unpackhi_epi32(c, d);
      store(to, _mm256_unpacklo_epi64(ab, cd));
      store(to + kBlock, _mm256_unpackhi_epi64(ab, cd));
      store(to + 2 * kBlock, _mm256_unpacklo_epi64(ab_high, cd_high));
      if (pixel != 3) store(to + 3 * kBlock, _mm256_unpackhi_epi64(ab_high, cd_high));
    }
  }
}

__m256i finished(__m256i sums) {
  const __m256i half = _mm256_set1_epi32(1 << (kWeightBits - 1));
  return _mm256_srai_epi32(_mm256_add_epi32(sums, half), kWeightBits);
}

void weigh(const std::uint8_t* blocks, std::size_t stride, const WeightGroup* weights, std::size_t groups,
           std::uint8_t* out) {
  const __m256i zero = _mm256_setzero_si256();
  __m256i high[4] = {zero, zero, zero, zero};
  __m256i low[4] = {zero, zero, zero, zero};
  for (std::size_t g = 0; g < groups; ++g, blocks += stride) {
    const __m256i high_weights =
        _mm256_broadcastq_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(weights[g].high)));
    const __m256i low_weights =
        _mm256_broadcastq_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(weights[g].low)));
    for (int i = 0; i < 4; ++i) {
      const __m256i values = _mm256_cvtepu8_epi16(load(blocks + 16 * i));
      high[i] = _mm256_add_epi32(high[i], _mm256_madd_epi16(values, high_weights));
      low[i] = _mm256_add_epi32(low[i], _mm256_madd_epi16(values, low_weights));
    }
  }
  // Two sums a lane are left, side by side. Horizontal steps work within the halves of a register, so that the
  // halves have lanes 0, 1, 4, 5 and 2, 3, 6, 7 after the addition.
  __m256i sums[4];
  for (int i = 0; i < 4; ++i) sums[i] = _mm256_add_epi32(_mm256_slli_epi32(high[i], 11), low[i]);
  const __m256i packed =
      _mm256_packs_epi32(finished(_mm256_hadd_epi32(sums[0], sums[1])), finished(_mm256_hadd_epi32(sums[2], sums[3])));
  const __m128i left = _mm256_castsi256_si128(packed);
  const __m128i right = _mm256_extracti128_si256(packed, 1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out),
                   _mm_packus_epi16(_mm_unpacklo_epi32(left, right), _mm_unpackhi_epi32(left, right)));
}

}  // namespace

const Lanes avx2_lanes{"avx2", gather, weigh};

}  // namespace longclip::image
