/* The innermost loop for few output channels: vectors run along the window, whose values lie side by side.
 *
 * For every pixel and output channel, the input of each row of taps is multiplied, vector by vector, with the
 * weights of that row; the lanes are added at the end.
 */
#ifndef CONVLAB_DOT_TILE_H
#define CONVLAB_DOT_TILE_H

#include "tap_tile.h"

/* P pixels x O output channels, no more than there are lanes for. */
CONVLAB_INLINE void add_dots(const int P, const int O, const float *x, int64_t step, int64_t lanes, const float *w,
                             vector_float *total) {
    vector_float value[CONVLAB_LANES];
    UNROLL for (int p = 0; p < P; p++) {
        value[p] = lanes == CONVLAB_LANES ? vector_load(x + p * step) : vector_load_partial(x + p * step, lanes);
        if (O > 1) {
            VECTOR_IN_REGISTER(value[p]);
        }
    }
    UNROLL for (int o = 0; o < O; o++) {
        vector_float weight = vector_load(w + o * CONVLAB_LANES);
        VECTOR_IN_REGISTER(weight);
        UNROLL for (int p = 0; p < P; p++) { total[p * O + o] += value[p] * weight; }
    }
}

/* Writes P pixels; job->w is [row][vector][O][lane] with zeros behind each row's end, job->bias [P][O]. */
CONVLAB_INLINE void dot_tile(const int P, const int O, const struct tile_job *job, const float *x, float *y) {
    vector_float total[CONVLAB_LANES];
    const float *w = job->w;
    UNROLL for (int i = 0; i < CONVLAB_LANES; i++) { total[i] = (vector_float){0}; }
    for (const struct piece *piece = job->pieces, *end = piece + job->pieces_count; piece < end; piece++) {
        const float *from = x + piece->offset;
        int64_t rest = piece->length;
        for (; rest >= CONVLAB_LANES; rest -= CONVLAB_LANES, from += CONVLAB_LANES, w += O * CONVLAB_LANES) {
            add_dots(P, O, from, job->x_pixel, CONVLAB_LANES, w, total);
        }
        if (rest) {
            add_dots(P, O, from, job->x_pixel, rest, w, total);
            w += O * CONVLAB_LANES;
        }
    }
    const vector_float sums = output_of(job, vector_sums(total) + vector_load(job->bias));
    if (P == 1 || job->y_pixel == O) {
        vector_store_partial(y, sums, P * O);
        return;
    }
    float pixels[CONVLAB_LANES] __attribute__((aligned(CONVLAB_VECTOR_BYTES)));
    *(vector_float *)pixels = sums;
    UNROLL for (int p = 0; p < P; p++) {
        UNROLL for (int o = 0; o < O; o++) { y[p * job->y_pixel + o] = pixels[p * O + o]; }
    }
}

typedef void (*dot_function)(const struct tile_job *job, const float *x, float *y);

/* Single pixels, half tiles and whole tiles. */
#define HALF_DOT_TILE(O) (CONVLAB_LANES / (2 * O) > 1 ? CONVLAB_LANES / (2 * O) : 1)
#define DEFINE_DOT_TILES(O)                                                                                      \
    static void dot_pixel_##O(const struct tile_job *job, const float *x, float *y) { dot_tile(1, O, job, x, y); } \
    static void dot_half_##O(const struct tile_job *job, const float *x, float *y) {                             \
        dot_tile(HALF_DOT_TILE(O), O, job, x, y);                                                                \
    }                                                                                                            \
    static void dot_tile_##O(const struct tile_job *job, const float *x, float *y) {                             \
        dot_tile(CONVLAB_LANES / O, O, job, x, y);                                                               \
    }
#define LIST_DOT_TILES(O) {{dot_pixel_##O, 1}, {dot_half_##O, HALF_DOT_TILE(O)}, {dot_tile_##O, CONVLAB_LANES / O}}

struct dot_choice {
    dot_function run;
    int64_t pixels;
};

/* [output channels - 1][size] */
DEFINE_DOT_TILES(1) DEFINE_DOT_TILES(2) DEFINE_DOT_TILES(3) DEFINE_DOT_TILES(4)
#if CONVLAB_VECTOR_BYTES == 16
enum { MOST_DOT_CHANNELS = 4 };
static const struct dot_choice dot_tiles[][3] = {LIST_DOT_TILES(1), LIST_DOT_TILES(2), LIST_DOT_TILES(3), LIST_DOT_TILES(4)};
#else
DEFINE_DOT_TILES(5) DEFINE_DOT_TILES(6) DEFINE_DOT_TILES(7) DEFINE_DOT_TILES(8)
enum { MOST_DOT_CHANNELS = 8 };
static const struct dot_choice dot_tiles[][3] = {LIST_DOT_TILES(1), LIST_DOT_TILES(2), LIST_DOT_TILES(3), LIST_DOT_TILES(4),
                                            LIST_DOT_TILES(5), LIST_DOT_TILES(6), LIST_DOT_TILES(7), LIST_DOT_TILES(8)};
#endif

/* The largest tile that a row of so many pixels has room for. */
static inline const struct dot_choice *choose_dot_tile(int64_t out_channels, int64_t columns) {
    const struct dot_choice *choice = &dot_tiles[out_channels - 1][2];
    while (choice->pixels > columns) {
        choice--;
    }
    return choice;
}

/* Adding up lanes costs about this many multiplications of vectors for each output. */
enum { COST_OF_DOT = 4 };

/* Whether vectors along the window waste less than vectors of output channels, most of whose lanes are empty. */
static inline int prefers_dots(int64_t out_channels, int64_t rows, int64_t length) {
    const int64_t vectors = (length + CONVLAB_LANES - 1) / CONVLAB_LANES;
    return out_channels <= MOST_DOT_CHANNELS && (rows * vectors + COST_OF_DOT) * out_channels < rows * length;
}

#endif
