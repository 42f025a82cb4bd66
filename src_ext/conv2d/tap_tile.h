/* The innermost loops: P pixels x V vectors of output channels in registers.
 *
 * A tile sums one block of terms: `segments` runs of `length` input values, the run number i beginning offsets[i]
 * behind the pixel. Weights lie in the order in which they are used, V vectors a term.
 */
#ifndef CONVLAB_TAP_TILE_H
#define CONVLAB_TAP_TILE_H

#include "vector.h"

#define UNROLL _Pragma("GCC unroll 32")

struct tile_job {
    const int64_t *offsets; /* of each segment, in floats */
    int64_t segments, length;
    int64_t x_pixel, y_pixel; /* distance of neighbouring pixels, in floats */
    const float *w;
    const float *bias; /* V vectors */
    int64_t lanes;     /* channels that exist in the last vector */
    int first, last;   /* whether this block of terms begins, ends the sum */
};

/* Adds what earlier blocks summed up; then either keeps the sum, or adds the bias and writes the output. */
CONVLAB_INLINE void finish_tile(const int P, const int V, const struct tile_job *job, vector_float (*total)[2],
                                float *sums, float *y) {
    if (!job->first) {
        UNROLL for (int p = 0; p < P; p++) {
            UNROLL for (int v = 0; v < V; v++) {
                total[p][v] += vector_load(sums + (p * V + v) * CONVLAB_LANES);
            }
        }
    }
    if (!job->last) {
        UNROLL for (int p = 0; p < P; p++) {
            UNROLL for (int v = 0; v < V; v++) {
                vector_store(sums + (p * V + v) * CONVLAB_LANES, total[p][v]);
            }
        }
        return;
    }
    UNROLL for (int p = 0; p < P; p++) {
        UNROLL for (int v = 0; v < V; v++) {
            total[p][v] += vector_load(job->bias + v * CONVLAB_LANES);
        }
    }
    if (job->lanes == CONVLAB_LANES) {
        UNROLL for (int p = 0; p < P; p++) {
            UNROLL for (int v = 0; v < V; v++) {
                vector_store(y + p * job->y_pixel + v * CONVLAB_LANES, total[p][v]);
            }
        }
        return;
    }
    UNROLL for (int p = 0; p < P; p++) {
        if (V == 2) {
            vector_store(y + p * job->y_pixel, total[p][0]);
        }
        vector_store_partial(y + p * job->y_pixel + (V - 1) * CONVLAB_LANES, total[p][V - 1], job->lanes);
    }
}

/* Dense over channels: every input value is broadcast to all output channels. */
CONVLAB_INLINE void tap_tile(const int P, const int V, const struct tile_job *job, const float *x, float *sums,
                             float *y) {
    vector_float total[14][2];
    const int64_t step = job->x_pixel;
    const float *w = job->w;
    UNROLL for (int p = 0; p < P; p++) {
        UNROLL for (int v = 0; v < V; v++) { total[p][v] = (vector_float){0}; }
    }
    for (int64_t segment = 0; segment < job->segments; segment++) {
        const float *base[5]; /* one for three pixels: x86 adds 0, 1 or 2 steps while addressing */
        UNROLL for (int b = 0; b < (P + 2) / 3; b++) { base[b] = x + job->offsets[segment] + 3 * b * step; }
        for (int64_t term = job->length; term > 0; term--) {
            /* Keeps gcc from making one pointer for each pixel, which would not fit the registers. */
            UNROLL for (int b = 0; b < (P + 2) / 3; b++) { __asm__("" : "+r"(base[b])); }
            vector_float weight[2];
            UNROLL for (int v = 0; v < V; v++) { weight[v] = vector_load(w + v * CONVLAB_LANES); }
            UNROLL for (int p = 0; p < P; p++) {
                const vector_float value = vector_broadcast(base[p / 3][(p % 3) * step]);
                UNROLL for (int v = 0; v < V; v++) { total[p][v] += value * weight[v]; }
            }
            UNROLL for (int b = 0; b < (P + 2) / 3; b++) { base[b]++; }
            w += V * CONVLAB_LANES;
        }
    }
    finish_tile(P, V, job, total, sums, y);
}

/* Depthwise: output channel c sees input channel c only, so inputs are read as vectors too. */
CONVLAB_INLINE void depthwise_tile(const int P, const int V, const struct tile_job *job, const float *x, float *sums,
                                   float *y) {
    vector_float total[14][2];
    const float *w = job->w;
    UNROLL for (int p = 0; p < P; p++) {
        UNROLL for (int v = 0; v < V; v++) { total[p][v] = (vector_float){0}; }
    }
    for (int64_t segment = 0; segment < job->segments; segment++, w += V * CONVLAB_LANES) {
        const float *base = x + job->offsets[segment];
        UNROLL for (int p = 0; p < P; p++, base += job->x_pixel) {
            UNROLL for (int v = 0; v < V; v++) {
                const int whole = V == 2 || job->lanes == CONVLAB_LANES;
                const vector_float value = whole ? vector_load(base + v * CONVLAB_LANES)
                                                 : vector_load_partial(base, job->lanes);
                total[p][v] += value * vector_load(w + v * CONVLAB_LANES);
            }
        }
    }
    finish_tile(P, V, job, total, sums, y);
}

typedef void (*tile_function)(const struct tile_job *job, const float *x, float *sums, float *y);

#define DEFINE_TILES(P)                                                                                          \
    static void tap_tile_1x##P(const struct tile_job *job, const float *x, float *sums, float *y) {              \
        tap_tile(P, 1, job, x, sums, y);                                                                         \
    }                                                                                                            \
    static void depthwise_tile_1x##P(const struct tile_job *job, const float *x, float *sums, float *y) {        \
        depthwise_tile(P, 1, job, x, sums, y);                                                                   \
    }
#define DEFINE_WIDE_TILES(P)                                                                                     \
    static void tap_tile_2x##P(const struct tile_job *job, const float *x, float *sums, float *y) {              \
        tap_tile(P, 2, job, x, sums, y);                                                                         \
    }                                                                                                            \
    static void depthwise_tile_2x##P(const struct tile_job *job, const float *x, float *sums, float *y) {        \
        depthwise_tile(P, 2, job, x, sums, y);                                                                   \
    }
#define FOR_1_TO_6(DO) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6)
#define FOR_7_TO_12(DO) DO(7) DO(8) DO(9) DO(10) DO(11) DO(12)
#define FOR_13_TO_14(DO) DO(13) DO(14)
#define LIST_1_TO_6(name) NULL, name##1, name##2, name##3, name##4, name##5, name##6
#define LIST_7_TO_12(name) name##7, name##8, name##9, name##10, name##11, name##12

FOR_1_TO_6(DEFINE_TILES)
FOR_7_TO_12(DEFINE_TILES)
FOR_1_TO_6(DEFINE_WIDE_TILES)
#if CONVLAB_VECTOR_BYTES == 64 /* 32 registers */
FOR_13_TO_14(DEFINE_TILES)
FOR_7_TO_12(DEFINE_WIDE_TILES)
FOR_13_TO_14(DEFINE_WIDE_TILES)
enum { TILE_1 = 14, TILE_2 = 14 };
#define TILE_LISTS(kind)                                                                                         \
    {{LIST_1_TO_6(kind##_1x), LIST_7_TO_12(kind##_1x), kind##_1x13, kind##_1x14},                                \
     {LIST_1_TO_6(kind##_2x), LIST_7_TO_12(kind##_2x), kind##_2x13, kind##_2x14}}
#else /* 16 registers */
enum { TILE_1 = 12, TILE_2 = 6 };
#define TILE_LISTS(kind)                                                                                         \
    {{LIST_1_TO_6(kind##_1x), LIST_7_TO_12(kind##_1x)}, {LIST_1_TO_6(kind##_2x)}}
#endif

/* [vectors - 1][pixels]; the most pixels of a tile are TILE_1 and TILE_2. */
static const tile_function tap_tiles[2][15] = TILE_LISTS(tap_tile);
static const tile_function depthwise_tiles[2][15] = TILE_LISTS(depthwise_tile);

/* Channels of one block: two vectors. */
enum { BLOCK = 2 * CONVLAB_VECTOR_BYTES / 4 };

#endif
