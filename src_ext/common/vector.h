/* Portable vectors for templated kernel bodies.
 *
 * A file NAME__avx2.c sets the target by pragma, defines CONVLAB_ISA_NAME and CONVLAB_VECTOR_BYTES, and
 * includes the body; the body includes this header and names its functions with CONVLAB_NAME(...).
 */
#ifndef CONVLAB_VECTOR_H
#define CONVLAB_VECTOR_H

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#if !defined(CONVLAB_ISA_NAME) || !defined(CONVLAB_VECTOR_BYTES)
#error "define CONVLAB_ISA_NAME and CONVLAB_VECTOR_BYTES before including vector.h"
#endif

#define CONVLAB_JOIN_(name, isa) name##__##isa
#define CONVLAB_JOIN(name, isa) CONVLAB_JOIN_(name, isa)
#define CONVLAB_NAME(name) CONVLAB_JOIN(name, CONVLAB_ISA_NAME)

#define CONVLAB_INLINE static inline __attribute__((always_inline))
#define CONVLAB_LANES ((int)(CONVLAB_VECTOR_BYTES / sizeof(float)))

typedef float vector_float __attribute__((vector_size(CONVLAB_VECTOR_BYTES), may_alias));
typedef int32_t vector_int __attribute__((vector_size(CONVLAB_VECTOR_BYTES), may_alias));
typedef float vector_float_unaligned
    __attribute__((vector_size(CONVLAB_VECTOR_BYTES), aligned(4), may_alias));

#if CONVLAB_VECTOR_BYTES == 64
#define VECTOR_LANE_NUMBERS {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
#elif CONVLAB_VECTOR_BYTES == 32
#define VECTOR_LANE_NUMBERS {0, 1, 2, 3, 4, 5, 6, 7}
#else
#define VECTOR_LANE_NUMBERS {0, 1, 2, 3}
#endif

CONVLAB_INLINE vector_float vector_load(const float *source) {
    return *(const vector_float_unaligned *)source;
}

CONVLAB_INLINE void vector_store(float *target, vector_float value) {
    *(vector_float_unaligned *)target = value;
}

/* Past the caches, where a line is written as a whole and not read soon; target is aligned to a vector. */
CONVLAB_INLINE void vector_stream(float *target, vector_float value) {
#if CONVLAB_VECTOR_BYTES == 64 && defined(__AVX512F__)
    _mm512_stream_ps(target, (__m512)value);
#elif CONVLAB_VECTOR_BYTES == 32 && defined(__AVX__)
    _mm256_stream_ps(target, (__m256)value);
#else
    vector_store(target, value);
#endif
}

/* Orders streamed writes before what another thread does next. */
CONVLAB_INLINE void vector_stream_end(void) {
#if defined(__AVX__)
    _mm_sfence();
#endif
}

/* Keeps a value that several operations use in its register: gcc would have each of them load it again. */
#if defined(__AVX512F__)
#define VECTOR_IN_REGISTER(value) __asm__("" : "+v"(value))
#elif defined(__x86_64__)
#define VECTOR_IN_REGISTER(value) __asm__("" : "+x"(value))
#else
#define VECTOR_IN_REGISTER(value) ((void)(value))
#endif

CONVLAB_INLINE vector_float vector_broadcast(float value) { return value - (vector_float){0}; }

/* Copies count < 2 * CONVLAB_LANES floats in a few moves of fixed size, without a loop or a call. */
CONVLAB_INLINE void vector_copy_few(float *target, const float *source, int64_t count) {
    int64_t done = 0;
#pragma GCC unroll 8
    for (int64_t step = CONVLAB_LANES; step >= 1; step /= 2) {
        if (count & step) {
            memcpy(target + done, source + done, (size_t)step * sizeof(float));
            done += step;
        }
    }
}

#if CONVLAB_VECTOR_BYTES == 32 && defined(__AVX2__)
/* All ones in the first count lanes. */
CONVLAB_INLINE __m256i vector_first_lanes(int64_t count) {
    return (__m256i)((vector_int){0, 1, 2, 3, 4, 5, 6, 7} < (int32_t)count);
}
#endif

/* At most CONVLAB_LANES values: the missing lanes read as zero and are not written. */
CONVLAB_INLINE vector_float vector_load_partial(const float *source, int64_t count) {
#if CONVLAB_VECTOR_BYTES == 64 && defined(__AVX512F__)
    return (vector_float)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), source);
#elif CONVLAB_VECTOR_BYTES == 32 && defined(__AVX2__)
    return (vector_float)_mm256_maskload_ps(source, vector_first_lanes(count));
#else
    float values[CONVLAB_LANES] __attribute__((aligned(CONVLAB_VECTOR_BYTES))) = {0};
    vector_copy_few(values, source, count);
    return *(const vector_float *)values;
#endif
}

CONVLAB_INLINE void vector_store_partial(float *target, vector_float value, int64_t count) {
#if CONVLAB_VECTOR_BYTES == 64 && defined(__AVX512F__)
    _mm512_mask_storeu_ps(target, (__mmask16)((1u << count) - 1), (__m512)value);
#else /* AVX2 has a masked store, too, but AMD's takes some 20 cycles */
    if (count == CONVLAB_LANES) {
        vector_store(target, value);
        return;
    }
    float values[CONVLAB_LANES] __attribute__((aligned(CONVLAB_VECTOR_BYTES)));
    *(vector_float *)values = value;
    vector_copy_few(target, values, count);
#endif
}

/* Every lane takes the value of member number `member` of its group of `group` neighbouring lanes. */
CONVLAB_INLINE vector_float vector_group_member(vector_float x, const int group, const int member) {
    const vector_int lane = VECTOR_LANE_NUMBERS;
    return group == 1 ? x : __builtin_shuffle(x, (lane & ~(group - 1)) + member);
}

/* Lane i of the result is the sum of the lanes of values[i]; values is written over. */
CONVLAB_INLINE vector_float vector_sums(vector_float *values) {
    const vector_int lane = VECTOR_LANE_NUMBERS;
#pragma GCC unroll 4
    for (int step = 1; step < CONVLAB_LANES; step *= 2) {
        /* of two vectors, each lane and the one `step` further: from the first vector where the bit is 0 */
        const vector_int near = (lane & ~step) + (((lane & step) != 0) & CONVLAB_LANES);
#pragma GCC unroll 8
        for (int i = 0; i < CONVLAB_LANES / 2; i++) {
            if (i < CONVLAB_LANES / (2 * step)) {
                values[i] = __builtin_shuffle(values[2 * i], values[2 * i + 1], near) +
                            __builtin_shuffle(values[2 * i], values[2 * i + 1], near + step);
            }
        }
    }
    return values[0];
}

/* As many bytes as a vector has lanes. */
typedef uint8_t vector_bytes __attribute__((vector_size(CONVLAB_VECTOR_BYTES / 4)));

/* Written out because gcc 12 converts bytes by __builtin_convertvector one at a time. */
CONVLAB_INLINE vector_int vector_from_bytes(vector_bytes bytes) {
#if CONVLAB_VECTOR_BYTES == 64 && defined(__AVX512F__)
    return (vector_int)_mm512_cvtepu8_epi32((__m128i)bytes);
#elif CONVLAB_VECTOR_BYTES == 32 && defined(__AVX2__)
    return (vector_int)_mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)bytes));
#else
    return __builtin_convertvector(bytes, vector_int);
#endif
}

/* The first count of as many bytes as a vector has lanes; the others are zero. */
CONVLAB_INLINE vector_bytes vector_load_bytes(const uint8_t *source, int64_t count) {
    vector_bytes bytes = {0};
#if CONVLAB_VECTOR_BYTES == 64 && defined(__AVX512BW__)
    bytes = (vector_bytes)_mm_maskz_loadu_epi8((__mmask16)((1u << count) - 1), source);
#else
    if (count == CONVLAB_LANES) {
        memcpy(&bytes, source, sizeof bytes);
        return bytes;
    }
    for (int64_t i = 0; i < count; i++) {
        bytes[i] = source[i];
    }
#endif
    return bytes;
}

CONVLAB_INLINE void vector_store_bytes(uint8_t *target, vector_bytes bytes, int64_t count) {
#if CONVLAB_VECTOR_BYTES == 64 && defined(__AVX512BW__)
    _mm_mask_storeu_epi8(target, (__mmask16)((1u << count) - 1), (__m128i)bytes);
#else
    if (count == CONVLAB_LANES) {
        memcpy(target, &bytes, sizeof bytes);
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        target[i] = bytes[i];
    }
#endif
}

#endif
