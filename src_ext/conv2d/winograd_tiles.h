/* Cutting images into Winograd's tiles, and transforming the inputs of some tiles. */
#ifndef CONVLAB_WINOGRAD_TILES_H
#define CONVLAB_WINOGRAD_TILES_H

#include "problem.h"
#include "strips.h"
#include "winograd_transform.h"

/* Tiles of side x side outputs, those of one image after those of the other. */
struct tiling {
    int64_t side, down, across, count;
};

static inline struct tiling cut_tiles(int64_t side, int64_t n, int64_t out_h, int64_t out_w) {
    const int64_t down = ceil_divide(out_h, side), across = ceil_divide(out_w, side);
    return (struct tiling){side, down, across, n * down * across};
}

/* A square of pixels of an image (n, h, w, channels): the part inside is rows [row0, row1) x columns. */
struct window {
    int64_t offset; /* of the upper left pixel, which need not exist */
    int64_t row, pixel;
    int64_t row0, row1, column0, column1;
};

/* The square of `side` pixels whose corner is at the tile's outputs, moved by the origins. */
static inline struct window window_of_tile(const struct tiling *tiles, int64_t number, int64_t h, int64_t w,
                                           int64_t channels, int64_t side, int64_t origin_h, int64_t origin_w) {
    const int64_t n = number / (tiles->down * tiles->across);
    const int64_t top = number / tiles->across % tiles->down * tiles->side + origin_h;
    const int64_t left = number % tiles->across * tiles->side + origin_w;
    return (struct window){
        .offset = ((n * h + top) * w + left) * channels,
        .row = w * channels,
        .pixel = channels,
        .row0 = larger(0, -top),
        .row1 = smaller(side, h - top),
        .column0 = larger(0, -left),
        .column1 = smaller(side, w - left),
    };
}

static inline int is_whole(const struct window *window, int64_t side) {
    return window->row0 == 0 && window->row1 == side && window->column0 == 0 && window->column1 == side;
}

/* Where each pixel of the window is; those outside the image are at `zeros`. */
CONVLAB_INLINE void find_pixels(const int SIDE, const float *image, const struct window *window, const float *zeros,
                                const float **pixels) {
    for (int i = 0; i < SIDE; i++) {
        const int inside = i >= window->row0 && i < window->row1;
        for (int j = 0; j < SIDE; j++) {
            pixels[i * SIDE + j] = inside && j >= window->column0 && j < window->column1
                                       ? image + (window->offset + i * window->row + j * window->pixel)
                                       : zeros;
        }
    }
}

/* Rows of transformed inputs, in floats: whole vectors, and no multiple of 1 KB, which would make the rows
 * of a column of inputs fight for the same lines of the cache. */
static inline int64_t transformed_row(int64_t channels) {
    const int64_t row = round_up(channels, 16);
    return row % 256 ? row : row + 16;
}

/* Planes of all points of evaluation, `rows` rows each, kept apart in the cache likewise. */
static inline int64_t transformed_plane(int64_t rows, int64_t row) { return rows * row + 16; }

/* Images that are transformed tile by tile. */
struct tiled_image {
    const float *x; /* (n, vertical.in, horizontal.in, channels) */
    const struct axis *vertical, *horizontal;
    int64_t channels;
    const float *zeros; /* `channels` of them */
};

#define AT_OFFSET(i, j) vector_load(corner + (i) * window.row + (j) * window.pixel + c)
#define AT_PIXEL(i, j) vector_load(pixels[(i) * WINOGRAD_IN(OUT) + (j)] + c)
#define AT_PARTIAL_PIXEL(i, j) vector_load_partial(pixels[(i) * WINOGRAD_IN(OUT) + (j)] + c, channels - c)
#define TO_POINT(i, j, value) vector_store(target + ((i) * WINOGRAD_IN(OUT) + (j)) * plane + c, value)

/* B^T d B of tiles [first, end) to target, (point, tile, channel). */
CONVLAB_INLINE void transform_inputs(const int OUT, float *target, int64_t plane, int64_t row,
                                     const struct tiled_image *image, const struct tiling *tiles, int64_t first,
                                     int64_t end) {
    const int64_t channels = image->channels, full = channels - channels % CONVLAB_LANES;
    for (int64_t tile = first; tile < end; tile++, target += row) {
        const struct window window =
            window_of_tile(tiles, tile, image->vertical->in, image->horizontal->in, channels, WINOGRAD_IN(OUT),
                           image->vertical->origin, image->horizontal->origin);
        int64_t c = 0;
        if (is_whole(&window, WINOGRAD_IN(OUT))) {
            const float *corner = image->x + window.offset;
            for (; c < full; c += CONVLAB_LANES) {
                WINOGRAD_MAP(OUT, input_line, WINOGRAD_IN(OUT), WINOGRAD_IN(OUT), AT_OFFSET, TO_POINT);
            }
        }
        if (c == channels) {
            continue;
        }
        const float *pixels[WINOGRAD_MOST_POINTS];
        find_pixels(WINOGRAD_IN(OUT), image->x, &window, image->zeros, pixels);
        for (; c < full; c += CONVLAB_LANES) {
            WINOGRAD_MAP(OUT, input_line, WINOGRAD_IN(OUT), WINOGRAD_IN(OUT), AT_PIXEL, TO_POINT);
        }
        if (c < channels) {
            WINOGRAD_MAP(OUT, input_line, WINOGRAD_IN(OUT), WINOGRAD_IN(OUT), AT_PARTIAL_PIXEL, TO_POINT);
        }
    }
}

#undef AT_OFFSET
#undef AT_PIXEL
#undef AT_PARTIAL_PIXEL
#undef TO_POINT

#endif
