/* Splitting floats into terms of bfloat16, and what has to be known of the values split.
 *
 * x = x0 + x1 + x2: each term is what the ones before leave over, rounded to bfloat16 (8 bits, to nearest even). Three
 * terms hold all 24 bits of a float. They fail for values so small that a term or a product of terms is denormal,
 * because the processor's products of bfloat16 take denormals for zero; and Inf leaves NaN over.
 */
#ifndef CONVLAB_BFLOAT16_H
#define CONVLAB_BFLOAT16_H

#include <immintrin.h>

#include "vector.h"

#ifndef UNROLL
#define UNROLL _Pragma("GCC unroll 32")
#endif

/* To nearest, ties to even; NaN stays NaN. */
CONVLAB_INLINE __m256i round_to_bfloat16(__m512 x) {
#ifdef __AVX512BF16__
    return (__m256i)_mm512_cvtneps_pbh(x);
#else
    const __m512i bits = _mm512_castps_si512(x), is_odd = _mm512_srli_epi32(_mm512_slli_epi32(bits, 15), 31);
    const __m512i above = _mm512_add_epi32(bits, _mm512_add_epi32(is_odd, _mm512_set1_epi32(0x7fff)));
    const __mmask16 is_nan = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
    const __m512i rounded = _mm512_mask_mov_epi32(above, is_nan, _mm512_set1_epi32(0x7fc00000));
    return _mm512_cvtepi32_epi16(_mm512_srli_epi32(rounded, 16));
#endif
}

/* bfloat16 as the upper half of a float */
CONVLAB_INLINE __m512i upper_half(__m256i x) { return _mm512_slli_epi32(_mm512_cvtepu16_epi32(x), 16); }

/* Keeps the smallest magnitude seen that is not zero, less one: a zero, less one, is larger than all others. */
CONVLAB_INLINE void note_magnitude(__m512i *least, __m512 x) {
    const __m512i magnitude = _mm512_and_si512(_mm512_castps_si512(x), _mm512_set1_epi32(0x7fffffff));
    *least = _mm512_min_epu32(*least, _mm512_sub_epi32(magnitude, _mm512_set1_epi32(1)));
}

/* Terms of 16 floats. */
CONVLAB_INLINE void split(const int TERMS, __m512 x, __m256i *terms) {
    UNROLL for (int t = 0; t < TERMS; t++) {
        terms[t] = round_to_bfloat16(x);
        x = _mm512_sub_ps(x, _mm512_castsi512_ps(upper_half(terms[t])));
    }
}

/* Terms of 16 pairs (low[i], high[i]), one pair in each 32 bits. */
CONVLAB_INLINE void split_pairs(const int TERMS, __m512 low, __m512 high, __m512i *terms) {
    __m256i lows[3], highs[3];
    split(TERMS, low, lows);
    split(TERMS, high, highs);
    UNROLL for (int t = 0; t < TERMS; t++) {
        terms[t] = _mm512_or_si512(_mm512_cvtepu16_epi32(lows[t]), upper_half(highs[t]));
    }
}

/* Terms of 32 neighbours, as pairs of neighbours. */
CONVLAB_INLINE void split_neighbours(const int TERMS, __m512 first, __m512 second, __m512i *terms) {
    __m256i firsts[3], seconds[3];
    split(TERMS, first, firsts);
    split(TERMS, second, seconds);
    UNROLL for (int t = 0; t < TERMS; t++) {
        terms[t] = _mm512_inserti64x4(_mm512_castsi256_si512(firsts[t]), seconds[t], 1);
    }
}

CONVLAB_INLINE __mmask16 lanes_mask(int64_t lanes) {
    return (__mmask16)(lanes >= 16 ? 0xffff : lanes <= 0 ? 0 : (1 << lanes) - 1);
}

/* rows[i][j] to rows[j][i]: halves, quarters, ... of the matrix off its diagonal change places. */
CONVLAB_INLINE void transpose_16x16(__m512i *rows) {
    UNROLL for (int distance = 8; distance >= 1; distance /= 2) {
        int32_t first[16], second[16];
        UNROLL for (int j = 0; j < 16; j++) {
            first[j] = j & distance ? 16 + j - distance : j;
            second[j] = j & distance ? 16 + j : j + distance;
        }
        const __m512i take_first = _mm512_loadu_si512(first), take_second = _mm512_loadu_si512(second);
        UNROLL for (int i = 0; i < 16; i++) {
            if (!(i & distance)) {
                const __m512i a = rows[i], b = rows[i + distance];
                rows[i] = _mm512_permutex2var_epi32(a, take_first, b);
                rows[i + distance] = _mm512_permutex2var_epi32(a, take_second, b);
            }
        }
    }
}

/* What one thread found out about the values that it split and the sums that it wrote. */
struct findings {
    uint32_t least_left, least_right; /* as note_magnitude keeps them */
    uint32_t not_finite;
} __attribute__((aligned(64)));

static inline void note_least(uint32_t *least, __m512i found) {
    const uint32_t smallest = _mm512_reduce_min_epu32(found);
    *least = smallest < *least ? smallest : *least;
}

static void clear_findings(struct findings *findings, int threads) {
    for (int i = 0; i < threads; i++) {
        findings[i] = (struct findings){UINT32_MAX, UINT32_MAX, 0};
    }
}

/* The exponent e of the smallest magnitude 2^e that is not zero; 0 where there is none below 1. */
static inline int least_exponent(uint32_t least) {
    const int exponent = least == UINT32_MAX ? 0 : (int)((least + 1) >> 23) - 127;
    return exponent < 0 ? exponent : 0;
}

/* Whether products of so many terms were as exact as they should be: all sums are finite, and no term or product
 * of terms that matters was lost for being denormal. */
static int is_sound(const struct findings *findings, int threads, int terms) {
    const int kept_bits = 8 * terms, smallest_exponent = -126 + kept_bits;
    struct findings all = findings[0];
    for (int i = 1; i < threads; i++) {
        all.least_left = findings[i].least_left < all.least_left ? findings[i].least_left : all.least_left;
        all.least_right = findings[i].least_right < all.least_right ? findings[i].least_right : all.least_right;
        all.not_finite |= findings[i].not_finite;
    }
    return !all.not_finite && least_exponent(all.least_left) + least_exponent(all.least_right) >= smallest_exponent;
}

#endif
