/* Portable vectors for templated kernel bodies.
 *
 * A file NAME__avx2.c sets the target by pragma, defines CONVLAB_ISA_NAME and CONVLAB_VECTOR_BYTES, and
 * includes the body; the body includes this header and names its functions with CONVLAB_NAME(...).
 */
#ifndef CONVLAB_VECTOR_H
#define CONVLAB_VECTOR_H

#include <stdint.h>
#include <string.h>

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

CONVLAB_INLINE vector_float vector_load(const float *source) {
    return *(const vector_float_unaligned *)source;
}

CONVLAB_INLINE void vector_store(float *target, vector_float value) {
    *(vector_float_unaligned *)target = value;
}

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

/* At most CONVLAB_LANES values: the missing lanes read as zero and are not written. */
CONVLAB_INLINE vector_float vector_load_partial(const float *source, int64_t count) {
    float values[CONVLAB_LANES] __attribute__((aligned(CONVLAB_VECTOR_BYTES))) = {0};
    vector_copy_few(values, source, count);
    return *(const vector_float *)values;
}

CONVLAB_INLINE void vector_store_partial(float *target, vector_float value, int64_t count) {
    if (count == CONVLAB_LANES) {
        vector_store(target, value);
        return;
    }
    float values[CONVLAB_LANES] __attribute__((aligned(CONVLAB_VECTOR_BYTES)));
    *(vector_float *)values = value;
    vector_copy_few(target, values, count);
}

#endif
