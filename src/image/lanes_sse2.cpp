// For every x86-64: the sums alone, since there is no instruction to gather with.
#include <emmintrin.h>

#include "image/lanes.h"

namespace longclip::image {
namespace {

__m128i load(const std::uint8_t* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); }

// Two sums a lane are left, side by side.
__m128i finished(__m128i left, __m128i right) {
  const __m128 a = _mm_castsi128_ps(left);
  const __m128 b = _mm_castsi128_ps(right);
  const __m128i sums = _mm_add_epi32(_mm_castps_si128(_mm_shuffle_ps(a, b, _MM_SHUFFLE(2, 0, 2, 0))),
                                     _mm_castps_si128(_mm_shuffle_ps(a, b, _MM_SHUFFLE(3, 1, 3, 1))));
  return _mm_srai_epi32(_mm_add_epi32(sums, _mm_set1_epi32(1 << (kWeightBits - 1))), kWeightBits);
}

void weigh(const std::uint8_t* blocks, std::size_t stride, const WeightGroup* weights, std::size_t groups,
           std::uint8_t* out) {
  const __m128i zero = _mm_setzero_si128();
  __m128i packed[2];
  for (std::size_t half = 0; half < 2; ++half) {  // eight lanes: as many sums as there are registers for
    __m128i high[4] = {zero, zero, zero, zero};
    __m128i low[4] = {zero, zero, zero, zero};
    const std::uint8_t* block = blocks + half * kBlock / 2;
    for (std::size_t g = 0; g < groups; ++g, block += stride) {
      const __m128i high_four = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(weights[g].high));
      const __m128i low_four = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(weights[g].low));
      const __m128i high_weights = _mm_unpacklo_epi64(high_four, high_four);
      const __m128i low_weights = _mm_unpacklo_epi64(low_four, low_four);
      for (int i = 0; i < 2; ++i) {
        const __m128i bytes = load(block + 16 * i);
        const __m128i first = _mm_unpacklo_epi8(bytes, zero);
        const __m128i second = _mm_unpackhi_epi8(bytes, zero);
        high[2 * i] = _mm_add_epi32(high[2 * i], _mm_madd_epi16(first, high_weights));
        low[2 * i] = _mm_add_epi32(low[2 * i], _mm_madd_epi16(first, low_weights));
        high[2 * i + 1] = _mm_add_epi32(high[2 * i + 1], _mm_madd_epi16(second, high_weights));
        low[2 * i + 1] = _mm_add_epi32(low[2 * i + 1], _mm_madd_epi16(second, low_weights));
      }
    }
    for (int i = 0; i < 4; ++i) high[i] = _mm_add_epi32(_mm_slli_epi32(high[i], 11), low[i]);
    packed[half] = _mm_packs_epi32(finished(high[0], high[1]), finished(high[2], high[3]));
  }
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_packus_epi16(packed[0], packed[1]));
}

void gather(const std::uint8_t* rows, std::size_t stride, std::size_t pixel, std::size_t steps, std::uint8_t* blocks) {
  plain_lanes.gather(rows, stride, pixel, steps, blocks);
}

}  // namespace

const Lanes sse2_lanes{"sse2", gather, weigh};

}  // namespace longclip::image
