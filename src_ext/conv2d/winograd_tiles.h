/* Cutting images into Winograd's tiles, and transforming the inputs of some tiles. */
#ifndef CONVLAB_WINOGRAD_TILES_H
#define CONVLAB_WINOGRAD_TILES_H

#include "problem.h"
#include "strips.h"
#include "winograd_transform.h"

/* Tiles of 4x4 outputs, those of one image after those of the other. */
struct tiling {
    int64_t down, across, count;
};

static inline struct tiling cut_tiles(int64_t n, int64_t out_h, int64_t out_w) {
    const int64_t down = ceil_divide(out_h, WINOGRAD_OUT), across = ceil_divide(out_w, WINOGRAD_OUT);
    return (struct tiling){down, across, n * down * across};
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
    const int64_t top = number / tiles->across % tiles->down * WINOGRAD_OUT + origin_h;
    const int64_t left = number % tiles->across * WINOGRAD_OUT + origin_w;
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

/* One vector of channels of each pixel: zeros outside the image and beyond `lanes`. */
CONVLAB_INLINE void load_window(const int SIDE, const float *image, const struct window *window, int whole,
                                int64_t lanes, vector_float *values) {
    if (whole && lanes == CONVLAB_LANES) {
        const float *corner = image + window->offset;
        UNROLL for (int i = 0; i < SIDE; i++) {
            UNROLL for (int j = 0; j < SIDE; j++) {
                values[i * SIDE + j] = vector_load(corner + i * window->row + j * window->pixel);
            }
        }
        return;
    }
    for (int i = 0; i < SIDE * SIDE; i++) {
        values[i] = (vector_float){0};
    }
    for (int64_t i = window->row0; i < window->row1; i++) {
        for (int64_t j = window->column0; j < window->column1; j++) {
            const float *source = image + (window->offset + i * window->row + j * window->pixel);
            values[i * SIDE + j] =
                lanes == CONVLAB_LANES ? vector_load(source) : vector_load_partial(source, lanes);
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

/* B^T d B of tiles [first, end) to target, (point, tile, channel). */
static void transform_inputs(float *target, int64_t plane, int64_t row, const float *x, const struct axis *vertical,
                             const struct axis *horizontal, int64_t channels, const struct tiling *tiles,
                             int64_t first, int64_t end) {
    for (int64_t tile = first; tile < end; tile++, target += row) {
        const struct window window = window_of_tile(tiles, tile, vertical->in, horizontal->in, channels, WINOGRAD_IN,
                                                    vertical->origin, horizontal->origin);
        const int whole = is_whole(&window, WINOGRAD_IN);
        for (int64_t c = 0; c < channels; c += CONVLAB_LANES) {
            vector_float d[WINOGRAD_POINTS], v[WINOGRAD_POINTS];
            load_window(WINOGRAD_IN, x + c, &window, whole, smaller(CONVLAB_LANES, channels - c), d);
            transform_input(d, v);
            for (int i = 0; i < WINOGRAD_POINTS; i++) {
                vector_store(target + i * plane + c, v[i]);
            }
        }
    }
}

/* What Winograd costs beside the products, in multiply-adds: per tile and channel of input or output and point,
 * and per kernel and point. Fitted to 22 shapes with AVX2; the gain over the direct kernel is about
 * 4 / (1 + cost (c + k) / (c k)) times the share of the tiles' outputs that exist. */
enum { COST_OF_IMAGE_CHANNEL = 24, COST_OF_GRADIENT_CHANNEL = 32, COST_OF_KERNEL = 48 };

/* Transformed kernels of so many products of channels take 150 MB of scratch memory. */
enum { WINOGRAD_MOST_PRODUCTS = 1024 * 1024 };

/* NULL, or why Winograd does not do a problem, whose tiles cut the n images of out_h x out_w pixels. */
static const char *refuse_winograd(const struct convlab_conv2d_problem *q, int64_t out_h, int64_t out_w,
                                   int64_t cost_of_channel) {
    if (q->is_double) {
        return "float64 runs in the reference loops";
    }
    if (q->precision < CONVLAB_PRECISION_FAST) {
        return "precision is float32: Winograd's rounding errors need fast";
    }
    if (q->r != WINOGRAD_TAPS || q->s != WINOGRAD_TAPS || q->groups != 1) {
        return "not a 3x3 kernel in one group";
    }
    if (q->stride_h != 1 || q->stride_w != 1 || q->dilation_h != 1 || q->dilation_w != 1) {
        return "stride and dilation must be 1";
    }
    const int64_t products = q->c * q->k, tiles = cut_tiles(q->n, out_h, out_w).count;
    if (products > WINOGRAD_MOST_PRODUCTS) {
        return "too many channels: the transformed kernels would take over 150 MB";
    }
    const int64_t cost = tiles * (products + cost_of_channel * (q->c + q->k)) + COST_OF_KERNEL * products;
    if (WINOGRAD_POINTS * cost >= WINOGRAD_TAPS * WINOGRAD_TAPS * q->n * out_h * out_w * products) {
        return "too few channels or pixels: the transforms would cost more than they save";
    }
    return NULL;
}

#endif
