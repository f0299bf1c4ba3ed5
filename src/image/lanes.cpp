#include "image/lanes.h"

#include <algorithm>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace longclip::image {
namespace plain {

void weigh_lines(const std::uint8_t* lines, std::size_t stride, const WeightPair* weights, std::size_t pairs,
                 std::uint8_t* out) {
  std::int32_t sums[kLanes];
  std::fill_n(sums, kLanes, 1 << (kWeightBits - 1));
  for (std::size_t k = 0; k < 2 * pairs; ++k) {
    const std::int32_t weight = weights[k / 2].high[k % 2] * 2048 + weights[k / 2].low[k % 2];
    for (std::size_t i = 0; i < kLanes; ++i) sums[i] += weight * lines[k * stride + i];
  }
  for (std::size_t i = 0; i < kLanes; ++i)
    out[i] = static_cast<std::uint8_t>(std::clamp(sums[i] >> kWeightBits, 0, 255));
}

void transpose(const std::uint8_t* from, std::size_t from_stride, std::uint8_t* to, std::size_t to_stride) {
  for (std::size_t x = 0; x < kLanes; ++x) {
    for (std::size_t y = 0; y < kLanes; ++y) to[x * to_stride + y] = from[y * from_stride + x];
  }
}

}  // namespace plain

#if defined(__SSE2__)

namespace {

__m128i load(const std::uint8_t* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); }
void store(std::uint8_t* to, __m128i value) { _mm_storeu_si128(reinterpret_cast<__m128i*>(to), value); }

// high and low hold sums of four lanes each.
__m128i finish(__m128i high, __m128i low) {
  const __m128i half = _mm_set1_epi32(1 << (kWeightBits - 1));
  return _mm_srai_epi32(_mm_add_epi32(_mm_add_epi32(_mm_slli_epi32(high, 11), low), half), kWeightBits);
}

}  // namespace

void weigh_lines(const std::uint8_t* lines, std::size_t stride, const WeightPair* weights, std::size_t pairs,
                 std::uint8_t* out) {
  const __m128i zero = _mm_setzero_si128();
  __m128i high[4] = {zero, zero, zero, zero};
  __m128i low[4] = {zero, zero, zero, zero};
  for (std::size_t k = 0; k < pairs; ++k, lines += 2 * stride) {
    const __m128i pair = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(weights + k));
    const __m128i high_weights = _mm_shuffle_epi32(pair, 0x00);
    const __m128i low_weights = _mm_shuffle_epi32(pair, 0x55);
    const __m128i first = load(lines);
    const __m128i second = load(lines + stride);
    const __m128i left = _mm_unpacklo_epi8(first, second);
    const __m128i right = _mm_unpackhi_epi8(first, second);
    const __m128i values[4] = {_mm_unpacklo_epi8(left, zero), _mm_unpackhi_epi8(left, zero),
                               _mm_unpacklo_epi8(right, zero), _mm_unpackhi_epi8(right, zero)};
    for (int i = 0; i < 4; ++i) {
      high[i] = _mm_add_epi32(high[i], _mm_madd_epi16(values[i], high_weights));
      low[i] = _mm_add_epi32(low[i], _mm_madd_epi16(values[i], low_weights));
    }
  }
  const __m128i left = _mm_packs_epi32(finish(high[0], low[0]), finish(high[1], low[1]));
  const __m128i right = _mm_packs_epi32(finish(high[2], low[2]), finish(high[3], low[3]));
  store(out, _mm_packus_epi16(left, right));
}

void transpose(const std::uint8_t* from, std::size_t from_stride, std::uint8_t* to, std::size_t to_stride) {
  // Four rounds of interleaving row i with row i + 8 move bit by bit of the row's index into the
  // column's.
  __m128i rows[16];
  __m128i next[16];
  for (std::size_t i = 0; i < 16; ++i) rows[i] = load(from + i * from_stride);
  for (int round = 0; round < 4; ++round) {
    for (std::size_t i = 0; i < 8; ++i) {
      next[2 * i] = _mm_unpacklo_epi8(rows[i], rows[i + 8]);
      next[2 * i + 1] = _mm_unpackhi_epi8(rows[i], rows[i + 8]);
    }
    for (std::size_t i = 0; i < 16; ++i) rows[i] = next[i];
  }
  for (std::size_t i = 0; i < 16; ++i) store(to + i * to_stride, rows[i]);
}

#else

void weigh_lines(const std::uint8_t* lines, std::size_t stride, const WeightPair* weights, std::size_t pairs,
                 std::uint8_t* out) {
  plain::weigh_lines(lines, stride, weights, pairs, out);
}

void transpose(const std::uint8_t* from, std::size_t from_stride, std::uint8_t* to, std::size_t to_stride) {
  plain::transpose(from, from_stride, to, to_stride);
}

#endif

}  // namespace longclip::image
