/* The direct kernel's tile for a matrix product of a single chain: without bias, activation or sums to add to. With few
 * channels those would cost a fifth of the product. */
#ifndef CONVLAB_WINOGRAD_PRODUCT_H
#define CONVLAB_WINOGRAD_PRODUCT_H

#include "tap_tile.h"

CONVLAB_INLINE void multiply_chain(const int P, const int V, const struct tile_job *job, const float *x, float *y) {
    vector_float total[14][2];
    clear_tile(P, V, total);
    add_piece(P, V, x, job->x_pixel, job->pieces->length, job->w, total);
    UNROLL for (int p = 0; p < P; p++) {
        UNROLL for (int v = 0; v < V; v++) { vector_store(y + (p * V + v) * CONVLAB_LANES, total[p][v]); }
    }
}

#define DEFINE_PRODUCT_TILES(P)                                                                                  \
    static void product_tile_1x##P(const struct tile_job *job, const float *x, float *sums, float *y) {          \
        (void)sums;                                                                                              \
        multiply_chain(P, 1, job, x, y);                                                                          \
    }
#define DEFINE_WIDE_PRODUCT_TILES(P)                                                                             \
    static void product_tile_2x##P(const struct tile_job *job, const float *x, float *sums, float *y) {          \
        (void)sums;                                                                                              \
        multiply_chain(P, 2, job, x, y);                                                                          \
    }
FOR_1_TO_6(DEFINE_PRODUCT_TILES)
FOR_7_TO_12(DEFINE_PRODUCT_TILES)
FOR_1_TO_6(DEFINE_WIDE_PRODUCT_TILES)
#if CONVLAB_VECTOR_BYTES == 64
FOR_13_TO_14(DEFINE_PRODUCT_TILES)
FOR_7_TO_12(DEFINE_WIDE_PRODUCT_TILES)
FOR_13_TO_14(DEFINE_WIDE_PRODUCT_TILES)
#endif

static const tile_function product_tiles[2][15] = TILE_LISTS(product_tile);

#endif
