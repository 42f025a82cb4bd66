/* The innermost loop of a spread convolution: one vector of P neighbouring rows of outputs, T rows of taps. */
#ifndef CONVLAB_SPREAD_TILE_H
#define CONVLAB_SPREAD_TILE_H

#include "spread.h"

struct spread_job {
    int64_t columns;         /* of taps */
    int64_t x_row, x_column; /* distances of neighbouring rows and columns of the spread input */
    int64_t y_row;
    int64_t lanes;           /* outputs that exist */
    int first, last;         /* whether this input channel begins, ends the sum */
    int relu;
};

/* w is [column][row][lane], sums is [row][lane], x and y begin at the vector's first output. */
CONVLAB_INLINE void spread_tile(const int P, const int T, const struct spread_job *job, const float *x,
                                const float *w, vector_float bias, float *sums, float *y) {
    vector_float total[SPREAD_ROWS];
    const float *base[(SPREAD_ROWS + 6) / 3]; /* one for three rows, as in add_piece */
    UNROLL for (int p = 0; p < P; p++) { total[p] = (vector_float){0}; }
    UNROLL for (int b = 0; b < (P + T + 1) / 3; b++) { base[b] = x + 3 * b * job->x_row; }
    for (int64_t j = job->columns; j > 0; j--, w += T * CONVLAB_LANES) {
        UNROLL for (int b = 0; b < (P + T + 1) / 3; b++) { __asm__("" : "+r"(base[b])); }
        vector_float weight[5];
        UNROLL for (int i = 0; i < T; i++) { weight[i] = vector_load(w + i * CONVLAB_LANES); }
        UNROLL for (int row = 0; row < P + T - 1; row++) {
            vector_float value = vector_load(base[row / 3] + row % 3 * job->x_row);
            VECTOR_IN_REGISTER(value);
            UNROLL for (int i = 0; i < T; i++) {
                if (row - i >= 0 && row - i < P) {
                    total[row - i] += value * weight[i];
                }
            }
        }
        UNROLL for (int b = 0; b < (P + T + 1) / 3; b++) { base[b] += job->x_column; }
    }
    if (!job->first) {
        UNROLL for (int p = 0; p < P; p++) { total[p] += vector_load(sums + p * CONVLAB_LANES); }
    }
    UNROLL for (int p = 0; p < P; p++) {
        if (!job->last) {
            vector_store(sums + p * CONVLAB_LANES, total[p]);
            continue;
        }
        const vector_float sum = total[p] + bias;
        const vector_float value = job->relu ? vector_max((vector_float){0}, sum) : sum;
        vector_store_partial(y + p * job->y_row, value, job->lanes);
    }
}

typedef void (*spread_function)(const struct spread_job *job, const float *x, const float *w, vector_float bias,
                                float *sums, float *y);

#define DEFINE_SPREAD_TILE(T, P)                                                                             \
    static void spread_tile_##T##x##P(const struct spread_job *job, const float *x, const float *w,          \
                                      vector_float bias, float *sums, float *y) {                            \
        spread_tile(P, T, job, x, w, bias, sums, y);                                                         \
    }
#define DEFINE_SPREAD_TILES_3(P) DEFINE_SPREAD_TILE(3, P)
#define DEFINE_SPREAD_TILES_5(P) DEFINE_SPREAD_TILE(5, P)
FOR_1_TO_6(DEFINE_SPREAD_TILES_3)
FOR_1_TO_6(DEFINE_SPREAD_TILES_5)
#if CONVLAB_VECTOR_BYTES == 64
FOR_7_TO_12(DEFINE_SPREAD_TILES_3)
FOR_13_TO_14(DEFINE_SPREAD_TILES_3)
FOR_7_TO_12(DEFINE_SPREAD_TILES_5)
FOR_13_TO_14(DEFINE_SPREAD_TILES_5)
#define LIST_SPREAD(name) {LIST_1_TO_6(name), LIST_7_TO_12(name), name##13, name##14}
#else
DEFINE_SPREAD_TILE(3, 7)
DEFINE_SPREAD_TILE(3, 8)
DEFINE_SPREAD_TILE(5, 7)
DEFINE_SPREAD_TILE(5, 8)
#define LIST_SPREAD(name) {LIST_1_TO_6(name), name##7, name##8}
#endif

/* [5 rows of taps][rows of outputs] */
static const spread_function spread_tiles[2][SPREAD_ROWS + 1] = {LIST_SPREAD(spread_tile_3x),
                                                                 LIST_SPREAD(spread_tile_5x)};

#endif
