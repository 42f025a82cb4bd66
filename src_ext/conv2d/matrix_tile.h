/* The innermost loop of a product of matrices: P rows x 2 vectors of columns in registers, both factors packed. */
#ifndef CONVLAB_MATRIX_TILE_H
#define CONVLAB_MATRIX_TILE_H

#include "tap_tile.h"

/* One tile over one run of terms: a is [term][P], b is [term][BLOCK]. */
struct matrix_job {
    const float *a, *b;
    int64_t terms;
    float *sums;        /* (P, BLOCK): what earlier runs summed, and where this one leaves its sum */
    int first, last;    /* whether this run begins, ends the sum */
    const float *bias;  /* BLOCK floats */
    int relu;           /* whether outputs are max(0, sum) */
    float *out;
    int64_t out_row, columns; /* distance of rows in out, columns that exist */
};

CONVLAB_INLINE void multiply_tile(const int P, const struct matrix_job *job) {
    vector_float total[14][2];
    const float *a = job->a, *b = job->b;
    clear_tile(P, 2, total);
    for (int64_t term = job->terms; term > 0; term--, a += P, b += BLOCK) {
        const vector_float b0 = vector_load(b), b1 = vector_load(b + CONVLAB_LANES);
        UNROLL for (int p = 0; p < P; p++) {
            const vector_float value = vector_broadcast(a[p]);
            total[p][0] += value * b0;
            total[p][1] += value * b1;
        }
    }
    if (!job->last) {
        keep_tile(P, 2, total, job->sums, job->first);
        return;
    }
    const int64_t behind = job->columns - CONVLAB_LANES;
    UNROLL for (int p = 0; p < P; p++) {
        float *out = job->out + p * job->out_row;
        UNROLL for (int v = 0; v < 2; v++) {
            if (!job->first) {
                total[p][v] += vector_load(job->sums + (2 * p + v) * CONVLAB_LANES);
            }
            total[p][v] += vector_load(job->bias + v * CONVLAB_LANES);
            total[p][v] = job->relu ? vector_max((vector_float){0}, total[p][v]) : total[p][v];
        }
        if (behind == CONVLAB_LANES) {
            vector_store(out, total[p][0]);
            vector_store(out + CONVLAB_LANES, total[p][1]);
        } else {
            vector_store_partial(out, total[p][0], behind < 0 ? job->columns : CONVLAB_LANES);
            vector_store_partial(out + CONVLAB_LANES, total[p][1], behind < 0 ? 0 : behind);
        }
    }
}

typedef void (*matrix_tile_function)(const struct matrix_job *job);

#define DEFINE_MATRIX_TILE(P)                                     \
    static void matrix_tile_##P(const struct matrix_job *job) {   \
        multiply_tile(P, job);                                    \
    }

/* [rows], at most TILE_2. */
FOR_1_TO_6(DEFINE_MATRIX_TILE)
#if CONVLAB_VECTOR_BYTES == 64
FOR_7_TO_12(DEFINE_MATRIX_TILE)
FOR_13_TO_14(DEFINE_MATRIX_TILE)
static const matrix_tile_function matrix_tiles[15] = {LIST_1_TO_6(matrix_tile_), LIST_7_TO_12(matrix_tile_),
                                                      matrix_tile_13, matrix_tile_14};
#else
static const matrix_tile_function matrix_tiles[7] = {LIST_1_TO_6(matrix_tile_)};
#endif

#endif
