/* Selection, limits and elementary functions on vectors of floats, in portable vector arithmetic.
 *
 * NaN passes through every function. Largest errors measured, in units of the last place of normal results:
 * exp 1.1, expm1 1.4, log1p 2.0, sigmoid 2.2, tanh 2.3, normal tail 4.3 (against float64).
 * No result depends on the position of an element in its vector.
 */
#ifndef CONVLAB_VECTOR_MATH_H
#define CONVLAB_VECTOR_MATH_H

#include "vector.h"

/* mask ? yes : no, for a mask of all ones or all zeros per lane */
CONVLAB_INLINE vector_float vector_select(vector_int mask, vector_float yes, vector_float no) {
#if CONVLAB_VECTOR_BYTES == 32 && defined(__AVX__)
    return (vector_float)_mm256_blendv_ps((__m256)no, (__m256)yes, (__m256)mask);
#else
    return (vector_float)((mask & (vector_int)yes) | (~mask & (vector_int)no));
#endif
}

CONVLAB_INLINE vector_float vector_keep(vector_int mask, vector_float value) {
    return (vector_float)(mask & (vector_int)value);
}

/* a > b ? a : b, so that a NaN in b passes through */
CONVLAB_INLINE vector_float vector_max(vector_float a, vector_float b) {
#if CONVLAB_VECTOR_BYTES == 16 && defined(__SSE2__)
    return (vector_float)_mm_max_ps((__m128)a, (__m128)b);
#elif CONVLAB_VECTOR_BYTES == 32 && defined(__AVX__)
    return (vector_float)_mm256_max_ps((__m256)a, (__m256)b);
#elif CONVLAB_VECTOR_BYTES == 64 && defined(__AVX512F__)
    return (vector_float)_mm512_max_ps((__m512)a, (__m512)b);
#else
    return vector_select(a > b, a, b);
#endif
}

/* a < b ? a : b, so that a NaN in b passes through */
CONVLAB_INLINE vector_float vector_min(vector_float a, vector_float b) {
#if CONVLAB_VECTOR_BYTES == 16 && defined(__SSE2__)
    return (vector_float)_mm_min_ps((__m128)a, (__m128)b);
#elif CONVLAB_VECTOR_BYTES == 32 && defined(__AVX__)
    return (vector_float)_mm256_min_ps((__m256)a, (__m256)b);
#elif CONVLAB_VECTOR_BYTES == 64 && defined(__AVX512F__)
    return (vector_float)_mm512_min_ps((__m512)a, (__m512)b);
#else
    return vector_select(a < b, a, b);
#endif
}

CONVLAB_INLINE vector_float vector_clamp(vector_float x, float low, float high) {
    return vector_max(vector_broadcast(low), vector_min(vector_broadcast(high), x));
}

/* Correctly rounded, as division is: the same in all vectors. */
CONVLAB_INLINE vector_float vector_sqrt(vector_float x) {
#if CONVLAB_VECTOR_BYTES == 16 && defined(__SSE2__)
    return (vector_float)_mm_sqrt_ps((__m128)x);
#elif CONVLAB_VECTOR_BYTES == 32 && defined(__AVX__)
    return (vector_float)_mm256_sqrt_ps((__m256)x);
#elif CONVLAB_VECTOR_BYTES == 64 && defined(__AVX512F__)
    return (vector_float)_mm512_sqrt_ps((__m512)x);
#else
    for (int lane = 0; lane < CONVLAB_LANES; lane++) {
        x[lane] = __builtin_sqrtf(x[lane]);
    }
    return x;
#endif
}

CONVLAB_INLINE vector_int vector_broadcast_int(int32_t value) { return value - (vector_int){0}; }

CONVLAB_INLINE vector_float vector_abs(vector_float x) {
    return (vector_float)((vector_int)x & vector_broadcast_int(0x7fffffff));
}

CONVLAB_INLINE vector_float vector_copysign(vector_float magnitude, vector_float sign) {
    vector_int mask = vector_broadcast_int(0x7fffffff);
    return (vector_float)(((vector_int)magnitude & mask) | ((vector_int)sign & ~mask));
}

/* 2^n for -126 <= n <= 127 */
CONVLAB_INLINE vector_float vector_power_of_two(vector_int n) { return (vector_float)((n + 127) << 23); }

/* x = n ln 2 + rest with |rest| <= ln(2) / 2, for |x| < 1e5 */
struct vector_reduced {
    vector_int n;
    vector_float rest;
};

CONVLAB_INLINE struct vector_reduced vector_reduce_ln2(vector_float x) {
    /* adding 1.5 * 2^23 leaves the nearest whole number in the low bits of the sum */
    const vector_float rounding = vector_broadcast(12582912.0f);
    const vector_float shifted = x * 1.44269504f + rounding;
    const vector_float whole = shifted - rounding;
    struct vector_reduced reduced;
    reduced.n = (vector_int)shifted - (vector_int)rounding;
    /* ln 2 in two parts, the first with so few bits that its product with n is exact */
    reduced.rest = (x - whole * 0.693359375f) + whole * 2.12194440e-4f;
    return reduced;
}

/* e^(x + small) for |small| < 0.06: with a product's rounding error as small, e^product is accurate */
CONVLAB_INLINE vector_float vector_exp_sum(vector_float x, vector_float small) {
    struct vector_reduced reduced = vector_reduce_ln2(vector_clamp(x, -110.0f, 89.0f));
    const vector_float r = reduced.rest + small;
    vector_float q = r * 1.388042700e-03f + 8.377532475e-03f;
    q = q * r + 4.166761041e-02f;
    q = q * r + 1.666644812e-01f;
    q = q * r + 4.999999702e-01f;
    const vector_float power = (r * r * q + r) + 1.0f;
#if CONVLAB_VECTOR_BYTES == 64 && defined(__AVX512F__)
    return (vector_float)_mm512_scalef_ps((__m512)power, _mm512_cvtepi32_ps((__m512i)reduced.n));
#else
    /* in two steps, because 2^n itself may be out of range where the result is not */
    const vector_int half = reduced.n >> 1;
    return power * vector_power_of_two(half) * vector_power_of_two(reduced.n - half);
#endif
}

CONVLAB_INLINE vector_float vector_exp(vector_float x) { return vector_exp_sum(x, (vector_float){0}); }

/* e^x - 1 for x <= 80 */
CONVLAB_INLINE vector_float vector_expm1(vector_float x) {
    struct vector_reduced reduced = vector_reduce_ln2(vector_clamp(x, -30.0f, 80.0f));
    const vector_float r = reduced.rest;
    vector_float q = r * 1.984718256e-04f + 1.395771280e-03f;
    q = q * r + 8.333433419e-03f;
    q = q * r + 4.166612774e-02f;
    q = q * r + 1.666666567e-01f;
    q = q * r + 0.5f;
    const vector_float scale = vector_power_of_two(reduced.n);
    return (r * r * q + r) * scale + (scale - 1.0f);
}

/* ln(1 + x) = 2 artanh(x / (2 + x)) for 0 <= x <= 1 */
CONVLAB_INLINE vector_float vector_log1p_unit(vector_float x) {
    const vector_float s = x / (x + 2.0f);
    const vector_float z = s * s;
    vector_float q = z * 1.214516908e-01f + 1.071526706e-01f;
    q = q * z + 1.430830806e-01f;
    q = q * z + 1.999944448e-01f;
    q = q * z + 3.333333731e-01f;
    return (s * z * q + s) * 2.0f;
}

CONVLAB_INLINE vector_float vector_tanh(vector_float x) {
    const vector_float e = vector_expm1(vector_min(vector_broadcast(20.0f), vector_abs(x)) * 2.0f);
    return vector_copysign(e / (e + 2.0f), x);
}

/* sigmoid(x), and sigmoid(-|x|), whose product with 1 minus itself is sigmoid'(x). */
struct vector_shares {
    vector_float share, below;
};

CONVLAB_INLINE struct vector_shares vector_sigmoid_shares(vector_float x) {
    const vector_float e = vector_exp(-vector_abs(x));
    const vector_int positive = x >= 0.0f;
    struct vector_shares shares;
    shares.share = vector_select(positive, vector_broadcast(1.0f), e) / (e + 1.0f);
    shares.below = vector_select(positive, shares.share * e, shares.share);
    return shares;
}

CONVLAB_INLINE vector_float vector_sigmoid(vector_float x) { return vector_sigmoid_shares(x).share; }

/* The normal distribution left of -|x|, and e^(-x^2 / 2) on the way, for |x| <= 15. */
struct vector_normal {
    vector_float tail, bell;
};

CONVLAB_INLINE struct vector_normal vector_normal_tail(vector_float x) {
    const vector_float t = vector_abs(x);
    /* t^2 in two parts: the upper 12 bits of t have an exact square */
    const vector_float upper = (vector_float)((vector_int)t & vector_broadcast_int((int32_t)0xfffff000));
    const vector_float rest = (t - upper) * (t + upper);
    struct vector_normal normal;
    normal.bell = vector_exp_sum(upper * upper * -0.5f, rest * -0.5f);
    /* (1 + t) e^(t^2 / 2) * tail, fitted as a polynomial in k = (t - 4) / (t + 4) on [0, 15] */
    const vector_float k = (t - 4.0f) / (t + 4.0f);
    vector_float p = k * 8.535581583e-05f + 7.148100412e-04f;
    p = p * k - 4.125724663e-04f;
    p = p * k - 5.046201870e-03f;
    p = p * k + 1.796823554e-02f;
    p = p * k - 3.218578920e-02f;
    p = p * k + 2.859706990e-02f;
    p = p * k + 1.399869379e-02f;
    p = p * k - 9.670337290e-02f;
    p = p * k + 4.720532298e-01f;
    normal.tail = p / (t + 1.0f) * normal.bell;
    return normal;
}

#endif
