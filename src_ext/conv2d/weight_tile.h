/* The innermost loop of backward to weights: P inputs x V vectors of output channels, summed over a strip.
 *
 * For every pixel, P neighbouring input values are broadcast against the gradient's vectors. The registers hold
 * the sum of half a strip and are then added to the sum of many: two levels, for the sake of accuracy.
 */
#ifndef CONVLAB_WEIGHT_TILE_H
#define CONVLAB_WEIGHT_TILE_H

#include "ahead.h"
#include "tap_tile.h"

struct weight_job {
    int64_t images, rows, columns;    /* output pixels of the strip */
    int64_t x_image, x_row, x_pixel;  /* distances of the inputs that neighbouring outputs see */
    const float *gradient;            /* [pixel][V * LANES], pixels without gaps */
    int first;                        /* whether the target still holds nothing */
};

/* The pixels of some neighbouring columns; returns the gradient of the next pixel. */
CONVLAB_INLINE const float *add_pixels(const int P, const int V, int64_t columns, const float *x, int64_t x_pixel,
                                       const float *gradient, vector_float (*total)[2]) {
    for (int64_t w = columns; w > 0; w--) {
        vector_float of[2];
        UNROLL for (int v = 0; v < V; v++) { of[v] = vector_load(gradient + v * CONVLAB_LANES); }
        UNROLL for (int p = 0; p < P; p++) {
            const vector_float value = vector_broadcast(x[p]);
            UNROLL for (int v = 0; v < V; v++) { total[p][v] += value * of[v]; }
        }
        x += x_pixel;
        gradient += V * CONVLAB_LANES;
    }
    return gradient;
}

/* Ends two chains: with half the rows of the strip, or half the columns of a single row, and with the strip. */
CONVLAB_INLINE void weight_tile(const int P, const int V, const struct weight_job *job, const float *x,
                                float *target) {
    vector_float total[14][2];
    const float *gradient = job->gradient;
    const int64_t rows = job->images * job->rows;
    const int64_t columns = rows > 1 ? job->columns : (job->columns + 1) / 2;
    int64_t until_end = rows > 1 ? rows / 2 : 1;
    int begins = job->first;
    clear_tile(P, V, total);
    for (int line = 0; line < P * V * CONVLAB_VECTOR_BYTES / CACHE_LINE; line++) {
        __builtin_prefetch((const char *)target + line * CACHE_LINE, 1);
    }
    for (int64_t n = 0; n < job->images; n++) {
        for (int64_t h = 0; h < job->rows; h++) {
            const float *pixel = x + n * job->x_image + h * job->x_row;
            for (int64_t w = 0; w < job->columns; w += columns, pixel += columns * job->x_pixel) {
                const int64_t count = job->columns - w < columns ? job->columns - w : columns;
                gradient = add_pixels(P, V, count, pixel, job->x_pixel, gradient, total);
                if (--until_end == 0) {
                    keep_tile(P, V, total, target, begins);
                    clear_tile(P, V, total);
                    begins = 0;
                }
            }
        }
    }
    keep_tile(P, V, total, target, begins);
}

typedef void (*weight_tile_function)(const struct weight_job *job, const float *x, float *target);

#define DEFINE_WEIGHT_TILES(P)                                                                                   \
    static void weight_tile_1x##P(const struct weight_job *job, const float *x, float *target) {                 \
        weight_tile(P, 1, job, x, target);                                                                       \
    }
#define DEFINE_WIDE_WEIGHT_TILES(P)                                                                              \
    static void weight_tile_2x##P(const struct weight_job *job, const float *x, float *target) {                 \
        weight_tile(P, 2, job, x, target);                                                                       \
    }
FOR_1_TO_6(DEFINE_WEIGHT_TILES)
FOR_7_TO_12(DEFINE_WEIGHT_TILES)
FOR_1_TO_6(DEFINE_WIDE_WEIGHT_TILES)
#if CONVLAB_VECTOR_BYTES == 64
FOR_13_TO_14(DEFINE_WEIGHT_TILES)
FOR_7_TO_12(DEFINE_WIDE_WEIGHT_TILES)
FOR_13_TO_14(DEFINE_WIDE_WEIGHT_TILES)
#endif

static const weight_tile_function weight_tiles[2][15] = TILE_LISTS(weight_tile);

#endif
