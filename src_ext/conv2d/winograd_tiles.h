/* Cutting images into Winograd's tiles, and transforming the inputs of some tiles. */
#ifndef CONVLAB_WINOGRAD_TILES_H
#define CONVLAB_WINOGRAD_TILES_H

#include "ahead.h"
#include "problem.h"
#include "winograd_form.h"

/* Tiles of side x side outputs, those of one image after those of the other. The last tiles of a column or a row may
 * lack outputs, among them all that points at infinity add to. */
struct tiling {
    int64_t side, down, across, count;
    int lacks_rows, lacks_columns;
};

static inline struct tiling cut_tiles(int form, int64_t n, int64_t out_h, int64_t out_w) {
    const int64_t side = WINOGRAD_OUT(form), down = ceil_divide(out_h, side), across = ceil_divide(out_w, side);
    const int64_t finite = side - WINOGRAD_AT_INFINITY(form);
    const int lacks_rows = out_h - (down - 1) * side <= finite, lacks_columns = out_w - (across - 1) * side <= finite;
    return (struct tiling){side, down, across, n * down * across, lacks_rows, lacks_columns};
}

/* Whether any tile does; where none does, one address leads to all points of a tile (LACKS is 0). */
static inline int lacks_outputs(const struct tiling *tiles) { return tiles->lacks_rows || tiles->lacks_columns; }

/* Values at infinity add only to the last outputs along an axis: a tile that lacks these needs no such point. So there
 * are four kinds of points, and those at infinity along both axes are the last. */
enum { AT_INFINITY_ACROSS = 1, AT_INFINITY_DOWN = 2, POINT_KINDS = 4 };
#define FINITE_POINTS(FORM) (WINOGRAD_SIDE(FORM) - WINOGRAD_AT_INFINITY(FORM))
#define KIND_OF_POINT(FORM, i, j) \
    (((i) >= FINITE_POINTS(FORM)) * AT_INFINITY_DOWN + ((j) >= FINITE_POINTS(FORM)) * AT_INFINITY_ACROSS)
#define FIRST_AT_INFINITY(FORM) first_slice(FORM, FINITE_POINTS(FORM))
#define KIND_OF_SLICE(FORM, i, j) \
    (((i) >= FIRST_AT_INFINITY(FORM)) * AT_INFINITY_DOWN + ((j) >= FIRST_AT_INFINITY(FORM)) * AT_INFINITY_ACROSS)

static inline int kind_of_point(int form, int point) {
    return KIND_OF_POINT(form, point / WINOGRAD_SIDE(form), point % WINOGRAD_SIDE(form));
}

static inline int64_t parts_of_image(int form, const struct tiling *tiles, int64_t parts, int64_t at_infinity) {
    return (tiles->down * parts - tiles->lacks_rows * at_infinity) *
               (tiles->across * parts - tiles->lacks_columns * at_infinity) -
           tiles->down * tiles->across * WINOGRAD_HOLES(form);
}

/* Points that the tiles of one image need, and slices: each of these is a product of channels. */
static inline int64_t points_of_image(int form, const struct tiling *tiles) {
    const int64_t side = WINOGRAD_SIDE(form), at_infinity = WINOGRAD_AT_INFINITY(form);
    return parts_of_image(form, tiles, side, at_infinity);
}

static inline int64_t slices_of_image(int form, const struct tiling *tiles) {
    const int64_t slices = WINOGRAD_SLICES(form), at_infinity = slices - FIRST_AT_INFINITY(form);
    return parts_of_image(form, tiles, slices, at_infinity);
}

/* A tile, and for each kind of points how many tiles before it need them, from some first tile on: its place among
 * what is transformed. */
struct tile_at {
    int64_t n, down, across;
    int64_t slots[POINT_KINDS];
};

/* How many of the first `number` tiles of all need points of each kind. */
static inline struct tile_at nth_tile(const struct tiling *tiles, int64_t number) {
    const int64_t rows = number / tiles->across, n = rows / tiles->down, down = rows % tiles->down;
    const int64_t across = number % tiles->across;
    const int64_t low = n * tiles->across + (down == tiles->down - 1 ? across : 0);
    struct tile_at at = {n, down, across, {number, number, number, number}};
    at.slots[AT_INFINITY_ACROSS] -= tiles->lacks_columns ? rows : 0;
    at.slots[AT_INFINITY_DOWN] -= tiles->lacks_rows ? low : 0;
    at.slots[POINT_KINDS - 1] += at.slots[AT_INFINITY_ACROSS] + at.slots[AT_INFINITY_DOWN] - 2 * number +
                                 (tiles->lacks_columns && tiles->lacks_rows ? n : 0);
    return at;
}

/* The same, counted from tile number `first` on. */
static inline struct tile_at tile_from(const struct tiling *tiles, int64_t first, int64_t number) {
    const struct tile_at from = nth_tile(tiles, first);
    struct tile_at at = nth_tile(tiles, number);
    for (int kind = 0; kind < POINT_KINDS; kind++) {
        at.slots[kind] -= from.slots[kind];
    }
    return at;
}

static inline int needs_points(const struct tiling *tiles, const struct tile_at *at, int kind) {
    return !(kind & AT_INFINITY_DOWN && tiles->lacks_rows && at->down == tiles->down - 1) &&
           !(kind & AT_INFINITY_ACROSS && tiles->lacks_columns && at->across == tiles->across - 1);
}

static inline void to_next_tile(const struct tiling *tiles, struct tile_at *at) {
    UNROLL for (int kind = 0; kind < POINT_KINDS; kind++) { at->slots[kind] += needs_points(tiles, at, kind); }
    if (++at->across == tiles->across) {
        at->across = 0;
        if (++at->down == tiles->down) {
            at->down = 0;
            at->n++;
        }
    }
}

/* About where tiles [first, end) lie in images of `floats` each, in `times` parts: a row of tiles further on, for tiles
 * reach over their edges. */
static inline struct stretch stretch_of_tiles(const float *images, int64_t floats, const struct tiling *tiles,
                                              int64_t first, int64_t end, int64_t times) {
    const int64_t of_image = tiles->down * tiles->across;
    const int64_t from = smaller(first + tiles->across, tiles->count);
    const int64_t to = smaller(end + tiles->across, tiles->count);
    return stretch_of_floats(images, from * floats / of_image, to * floats / of_image, times);
}

/* A square of pixels of an image (n, h, w, channels): the part inside is rows [row0, row1) x columns. */
struct window {
    int64_t offset; /* of the upper left pixel, which need not exist */
    int64_t row, pixel;
    int64_t row0, row1, column0, column1;
};

/* The square of `side` pixels whose corner is at the tile's outputs, moved by the origins. */
static inline struct window window_of_tile(const struct tiling *tiles, const struct tile_at *at, int64_t h, int64_t w,
                                           int64_t channels, int64_t side, int64_t origin_h, int64_t origin_w) {
    const int64_t top = at->down * tiles->side + origin_h, left = at->across * tiles->side + origin_w;
    return (struct window){
        .offset = ((at->n * h + top) * w + left) * channels,
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

/* Planes of all slices or points, `rows` rows each: an odd number of lines of a cache, so that the planes of one tile
 * spread over all sets. */
static inline int64_t transformed_plane(int64_t rows, int64_t row) { return (ceil_divide(rows * row, 16) | 1) * 16; }

/* Images that are transformed tile by tile. */
struct tiled_image {
    const float *x; /* (n, vertical.in, horizontal.in, channels) */
    const struct axis *vertical, *horizontal;
    int64_t channels;
    const float *zeros; /* `channels` of them */
};

#define AT_OFFSET(i, j) vector_load(corner + (i) * window.row + (j) * window.pixel + c)
#define AT_PIXEL(i, j) vector_load(pixels[(i) * WINOGRAD_IN(FORM) + (j)] + c)
#define AT_PARTIAL_PIXEL(i, j) vector_load_partial(pixels[(i) * WINOGRAD_IN(FORM) + (j)] + c, channels - c)
#define OF_SLICE(i, j) (targets[LACKS ? KIND_OF_SLICE(FORM, i, j) : 0] + plane_of_slice(FORM, i, j) * plane + c)
#define TO_SLICE(i, j, value) vector_store(OF_SLICE(i, j), value)
#define TO_NEEDED_SLICE(i, j, value)             \
    do {                                         \
        if (needed[KIND_OF_SLICE(FORM, i, j)]) { \
            vector_store(OF_SLICE(i, j), value); \
        }                                        \
    } while (0)

#define TRANSFORM_INPUTS(LOAD, STORE)                                                                                 \
    WINOGRAD_MAP_TO(FORM, form_input_line, input_parts, 1.0f, WINOGRAD_IN(FORM), WINOGRAD_SLICES(FORM), LOAD, STORE)

CONVLAB_INLINE void transform_inputs_of(const int FORM, const int LACKS, float *target, int64_t plane, int64_t row,
                                        const struct tiled_image *image, const struct tiling *tiles,
                                        struct tile_at at, int64_t count) {
    const int64_t channels = image->channels, full = channels - channels % CONVLAB_LANES;
    for (; count > 0; count--, to_next_tile(tiles, &at)) {
        const struct window window =
            window_of_tile(tiles, &at, image->vertical->in, image->horizontal->in, channels, WINOGRAD_IN(FORM),
                           image->vertical->origin, image->horizontal->origin);
        float *targets[POINT_KINDS];
        int needed[POINT_KINDS];
        UNROLL for (int kind = 0; kind < POINT_KINDS; kind++) {
            targets[kind] = target + at.slots[kind] * row;
            needed[kind] = !LACKS || needs_points(tiles, &at, kind);
        }
        const int complete = needed[AT_INFINITY_ACROSS] && needed[AT_INFINITY_DOWN];
        int64_t c = 0;
        if (is_whole(&window, WINOGRAD_IN(FORM)) && complete) {
            const float *corner = image->x + window.offset;
            for (; c < full; c += CONVLAB_LANES) {
                TRANSFORM_INPUTS(AT_OFFSET, TO_SLICE);
            }
        }
        if (c == channels) {
            continue;
        }
        const float *pixels[WINOGRAD_MOST_LINE * WINOGRAD_MOST_LINE];
        find_pixels(WINOGRAD_IN(FORM), image->x, &window, image->zeros, pixels);
        for (; complete && c < full; c += CONVLAB_LANES) {
            TRANSFORM_INPUTS(AT_PIXEL, TO_SLICE);
        }
        for (; c < full; c += CONVLAB_LANES) {
            TRANSFORM_INPUTS(AT_PIXEL, TO_NEEDED_SLICE);
        }
        if (c < channels) {
            TRANSFORM_INPUTS(AT_PARTIAL_PIXEL, TO_NEEDED_SLICE);
        }
    }
}

/* B^T d B of `count` tiles beginning with `at` to target, (plane, slot, channel). */
CONVLAB_INLINE void transform_inputs(const int FORM, float *target, int64_t plane, int64_t row,
                                     const struct tiled_image *image, const struct tiling *tiles, struct tile_at at,
                                     int64_t count) {
    if (lacks_outputs(tiles)) {
        transform_inputs_of(FORM, 1, target, plane, row, image, tiles, at, count);
    } else {
        transform_inputs_of(FORM, 0, target, plane, row, image, tiles, at, count);
    }
}

#undef AT_OFFSET
#undef AT_PIXEL
#undef AT_PARTIAL_PIXEL
#undef OF_SLICE
#undef TO_SLICE
#undef TO_NEEDED_SLICE
#undef TRANSFORM_INPUTS

#endif
