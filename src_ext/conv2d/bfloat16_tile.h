/* Products of bfloat16 in registers, with AVX-512: up to 14 rows x 2 vectors of sums. */
#ifndef CONVLAB_BFLOAT16_TILE_H
#define CONVLAB_BFLOAT16_TILE_H

#include "bfloat16.h"
#include "bfloat16_product.h"

enum { MULTIPLY_ROWS = 14, MULTIPLY_PAIRS = 1, MULTIPLY_TERMS = 1, MULTIPLY_READS = 1, MULTIPLY_LINES = 0 };

static inline void enter_multiply(void) {}
static inline void leave_multiply(void) {}

typedef int32_t unaligned_pair __attribute__((aligned(2), may_alias));

CONVLAB_INLINE void multiply_tile(const int M, const int V, const struct product *p, const uint16_t *left,
                                  const uint16_t *right, float *sums, int adds) {
    __m512 total[14][2];
    UNROLL for (int m = 0; m < M; m++) {
        UNROLL for (int v = 0; v < V; v++) { total[m][v] = _mm512_setzero_ps(); }
    }
    for (int64_t s = 0; s < p->segments; s++) {
        const uint16_t *base[5]; /* one for three rows: x86 adds 0, 1 or 2 steps while addressing */
        UNROLL for (int b = 0; b < (M + 2) / 3; b++) { base[b] = left + p->offsets[s] + 3 * b * p->row; }
        for (int64_t pair = p->pairs; pair > 0; pair--, right += V * 32) {
            /* Keeps gcc from making one pointer for each row, which would not fit the registers. */
            UNROLL for (int b = 0; b < (M + 2) / 3; b++) { __asm__("" : "+r"(base[b])); }
            __m512i weight[2];
            UNROLL for (int v = 0; v < V; v++) { weight[v] = _mm512_loadu_si512(right + v * 32); }
            UNROLL for (int m = 0; m < M; m++) {
                const __m512i value =
                    _mm512_set1_epi32(*(const unaligned_pair *)(base[m / 3] + (m % 3) * p->row));
                UNROLL for (int v = 0; v < V; v++) {
                    total[m][v] = _mm512_dpbf16_ps(total[m][v], (__m512bh)value, (__m512bh)weight[v]);
                }
            }
            UNROLL for (int b = 0; b < (M + 2) / 3; b++) { base[b] += 2; }
        }
    }
    UNROLL for (int m = 0; m < M; m++) {
        UNROLL for (int v = 0; v < V; v++) {
            float *target = sums + (m * V + v) * 16;
            _mm512_storeu_ps(target, adds ? _mm512_add_ps(_mm512_loadu_ps(target), total[m][v]) : total[m][v]);
        }
    }
}

typedef void (*multiply_function)(const struct product *p, const uint16_t *left, const uint16_t *right, float *sums,
                                  int adds);

#define FOR_1_TO_14(DO, V)                                                                                         \
    DO(1, V) DO(2, V) DO(3, V) DO(4, V) DO(5, V) DO(6, V) DO(7, V) DO(8, V) DO(9, V) DO(10, V) DO(11, V) DO(12, V) \
    DO(13, V) DO(14, V)
#define DEFINE_MULTIPLY(M, V)                                                                                  \
    static void multiply_##M##x##V(const struct product *p, const uint16_t *left, const uint16_t *right,       \
                                   float *sums, int adds) {                                                    \
        multiply_tile(M, V, p, left, right, sums, adds);                                                       \
    }
#define LIST_MULTIPLY(M, V) multiply_##M##x##V,

FOR_1_TO_14(DEFINE_MULTIPLY, 1)
FOR_1_TO_14(DEFINE_MULTIPLY, 2)

static void multiply(const struct product *p, const uint16_t *left, const uint16_t *right, int64_t rows, float *sums,
                     int adds) {
    static const multiply_function functions[2][14] = {{FOR_1_TO_14(LIST_MULTIPLY, 1)},
                                                       {FOR_1_TO_14(LIST_MULTIPLY, 2)}};
    functions[p->vectors - 1][rows - 1](p, left, right, sums, adds);
}

#endif
