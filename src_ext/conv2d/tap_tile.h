/* The innermost loops: P pixels x V vectors of output channels in registers.
 *
 * A tile sums one run of terms, as several chains: a chain is summed in registers from zero, its end is added to
 * what came before. Short chains are more exact than one long sum. Weights lie in the order of use, V vectors a
 * term.
 */
#ifndef CONVLAB_TAP_TILE_H
#define CONVLAB_TAP_TILE_H

#include "vector_math.h"

#define UNROLL _Pragma("GCC unroll 32")

/* Neighbouring input values, `offset` floats behind the pixel. */
struct piece {
    int64_t offset, length;
    int64_t ends_chain; /* the chain ends with this piece */
};

struct tile_job {
    const struct piece *pieces;
    int64_t pieces_count;
    int64_t x_pixel, y_pixel; /* distance of neighbouring pixels, in floats */
    const float *w;
    const float *bias; /* V vectors */
    int64_t lanes;     /* channels that exist in the last vector */
    int first, last;   /* whether this run of terms begins, ends the sum */
    int relu;          /* whether outputs are max(0, sum) */
    int streams;       /* whether outputs go to memory past the caches; all vectors are then whole and aligned */
};

/* The output of a finished sum. */
CONVLAB_INLINE vector_float output_of(const struct tile_job *job, vector_float sum) {
    return job->relu ? vector_max((vector_float){0}, sum) : sum;
}

CONVLAB_INLINE void clear_tile(const int P, const int V, vector_float (*total)[2]) {
    UNROLL for (int p = 0; p < P; p++) {
        UNROLL for (int v = 0; v < V; v++) { total[p][v] = (vector_float){0}; }
    }
}

/* At the end of a chain: total to the sums, or on top of them. */
CONVLAB_INLINE void keep_tile(const int P, const int V, vector_float (*total)[2], float *sums, int begins) {
    if (!begins) {
        UNROLL for (int p = 0; p < P; p++) {
            UNROLL for (int v = 0; v < V; v++) { total[p][v] += vector_load(sums + (p * V + v) * CONVLAB_LANES); }
        }
    }
    UNROLL for (int p = 0; p < P; p++) {
        UNROLL for (int v = 0; v < V; v++) { vector_store(sums + (p * V + v) * CONVLAB_LANES, total[p][v]); }
    }
}

/* At the end of the last chain: adds the sums and the bias, and writes the output. */
CONVLAB_INLINE void write_tile(const int P, const int V, const struct tile_job *job, vector_float (*total)[2],
                               const float *sums, int begins, float *y) {
    if (!begins) {
        UNROLL for (int p = 0; p < P; p++) {
            UNROLL for (int v = 0; v < V; v++) { total[p][v] += vector_load(sums + (p * V + v) * CONVLAB_LANES); }
        }
    }
    UNROLL for (int p = 0; p < P; p++) {
        UNROLL for (int v = 0; v < V; v++) {
            total[p][v] = output_of(job, total[p][v] + vector_load(job->bias + v * CONVLAB_LANES));
        }
    }
    if (job->streams) {
        UNROLL for (int p = 0; p < P; p++) {
            UNROLL for (int v = 0; v < V; v++) { vector_stream(y + p * job->y_pixel + v * CONVLAB_LANES, total[p][v]); }
        }
        return;
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
CONVLAB_INLINE void add_piece(const int P, const int V, const float *x, int64_t step, int64_t length, const float *w,
                              vector_float (*total)[2]) {
    const float *base[5]; /* one for three pixels: x86 adds 0, 1 or 2 steps while addressing */
    UNROLL for (int b = 0; b < (P + 2) / 3; b++) { base[b] = x + 3 * b * step; }
    for (int64_t term = length; term > 0; term--) {
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

/* Calls for the lines that the tile will write, so that they have come when its sums are done. */
CONVLAB_INLINE void fetch_output_lines(const int P, const int V, const float *y, int64_t y_pixel) {
    UNROLL for (int p = 0; p < P; p++) {
        UNROLL for (int v = 0; v < V; v++) { __builtin_prefetch(y + p * y_pixel + v * CONVLAB_LANES, 1); }
    }
}

CONVLAB_INLINE void sum_tile(const int P, const int V, const struct tile_job *job,
                             const float *x, float *sums, float *y) {
    vector_float total[14][2];
    const float *w = job->w;
    const struct piece *piece = job->pieces, *const end = piece + job->pieces_count;
    int begins = job->first;
    if (job->last && !job->streams) {
        fetch_output_lines(P, V, y, job->y_pixel);
    }
    clear_tile(P, V, total);
    for (; piece < end; piece++) {
        add_piece(P, V, x + piece->offset, job->x_pixel, piece->length, w, total);
        w += piece->length * V * CONVLAB_LANES;
        if (piece->ends_chain && !(job->last && piece + 1 == end)) {
            keep_tile(P, V, total, sums, begins);
            clear_tile(P, V, total);
            begins = 0;
        }
    }
    if (job->last) {
        write_tile(P, V, job, total, sums, begins, y);
    }
}

typedef void (*tile_function)(const struct tile_job *job, const float *x, float *sums, float *y);

#define DEFINE_TILES(P)                                                                                          \
    static void tap_tile_1x##P(const struct tile_job *job, const float *x, float *sums, float *y) {              \
        sum_tile(P, 1, job, x, sums, y);                                                                         \
    }
#define DEFINE_WIDE_TILES(P)                                                                                     \
    static void tap_tile_2x##P(const struct tile_job *job, const float *x, float *sums, float *y) {              \
        sum_tile(P, 2, job, x, sums, y);                                                                         \
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

/* Channels of one block: two vectors. */
enum { BLOCK = 2 * CONVLAB_VECTOR_BYTES / 4 };

#endif
