/* The innermost loop for small groups: vectors hold the channels of several groups (see woven_group).
 *
 * Inputs are read as vectors, too: lane by lane, an output channel is multiplied with one input channel of its group
 * after the other. The registers hold the chain at work and the sum of those before.
 */
#ifndef CONVLAB_WOVEN_TILE_H
#define CONVLAB_WOVEN_TILE_H

#include "tap_tile.h"

/* Twice as many vectors of sums as a tile has outputs must fit the registers. */
#if CONVLAB_VECTOR_BYTES == 64
enum { WOVEN_PIXELS = 7 };
#else
enum { WOVEN_PIXELS = 3 };
#endif

CONVLAB_INLINE void woven_tile(const int P, const int V, const int GROUP, const struct tile_job *job, const float *x,
                               float *y) {
    vector_float total[WOVEN_PIXELS][2], kept[WOVEN_PIXELS][2];
    const int whole = V == 2 || job->lanes == CONVLAB_LANES;
    const float *w = job->w;
    clear_tile(P, V, total);
    clear_tile(P, V, kept);
    if (!job->streams) { /* of the next tile: there are too few products to wait for its own */
        fetch_output_lines(P, V, y + P * job->y_pixel, job->y_pixel);
    }
    for (const struct piece *piece = job->pieces, *end = piece + job->pieces_count; piece < end; piece++) {
        const float *pixel = x + piece->offset;
        UNROLL for (int v = 0; v < V; v++) {
            vector_float weight[8];
            UNROLL for (int j = 0; j < GROUP; j++) { weight[j] = vector_load(w + (j * V + v) * CONVLAB_LANES); }
            UNROLL for (int p = 0; p < P; p++) {
                const float *from = pixel + p * job->x_pixel + v * CONVLAB_LANES;
                const vector_float value = whole ? vector_load(from) : vector_load_partial(from, job->lanes);
                UNROLL for (int j = 0; j < GROUP; j++) {
                    total[p][v] += vector_group_member(value, GROUP, j) * weight[j];
                }
            }
        }
        w += GROUP * V * CONVLAB_LANES;
        if (piece->ends_chain) {
            UNROLL for (int p = 0; p < P; p++) {
                UNROLL for (int v = 0; v < V; v++) { kept[p][v] += total[p][v]; }
            }
            clear_tile(P, V, total);
        }
    }
    write_tile(P, V, job, kept, NULL, 1, y);
}

/* As a tile_function, without sums in memory. */
#define DEFINE_WOVEN_TILE(GROUP, V, P)                                                                           \
    static void woven_tile_##GROUP##_##V##x##P(const struct tile_job *job, const float *x, float *sums, float *y) { \
        (void)sums;                                                                                              \
        woven_tile(P, V, GROUP, job, x, y);                                                                      \
    }
#if CONVLAB_VECTOR_BYTES == 64
#define FOR_WOVEN_PIXELS(DO, GROUP, V)                                                                           \
    DO(GROUP, V, 1) DO(GROUP, V, 2) DO(GROUP, V, 3) DO(GROUP, V, 4) DO(GROUP, V, 5) DO(GROUP, V, 6) DO(GROUP, V, 7)
#define LIST_WOVEN(name) {NULL, name##1, name##2, name##3, name##4, name##5, name##6, name##7}
#else
#define FOR_WOVEN_PIXELS(DO, GROUP, V) DO(GROUP, V, 1) DO(GROUP, V, 2) DO(GROUP, V, 3)
#define LIST_WOVEN(name) {NULL, name##1, name##2, name##3}
#endif
#define DEFINE_WOVEN_TILES(GROUP)                                                                                \
    FOR_WOVEN_PIXELS(DEFINE_WOVEN_TILE, GROUP, 1) FOR_WOVEN_PIXELS(DEFINE_WOVEN_TILE, GROUP, 2)

DEFINE_WOVEN_TILES(1)
DEFINE_WOVEN_TILES(2)
DEFINE_WOVEN_TILES(4)
DEFINE_WOVEN_TILES(8)

/* [channels of a group, as a power of two][vectors - 1][pixels] */
static const tile_function woven_tiles[4][2][WOVEN_PIXELS + 1] = {
    {LIST_WOVEN(woven_tile_1_1x), LIST_WOVEN(woven_tile_1_2x)},
    {LIST_WOVEN(woven_tile_2_1x), LIST_WOVEN(woven_tile_2_2x)},
    {LIST_WOVEN(woven_tile_4_1x), LIST_WOVEN(woven_tile_4_2x)},
    {LIST_WOVEN(woven_tile_8_1x), LIST_WOVEN(woven_tile_8_2x)},
};

static inline const tile_function *woven_tiles_of(int group, int vectors) {
    return woven_tiles[group == 1 ? 0 : group == 2 ? 1 : group == 4 ? 2 : 3][vectors - 1];
}

#endif
