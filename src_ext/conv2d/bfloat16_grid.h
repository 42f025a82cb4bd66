/* The padded input of a strip as a grid of positions.
 *
 * A plane holds the input pixels with the same remainder by the stride, row after row and image after image, so
 * that every tap of a convolution is a fixed distance from its output's position, whatever the stride. Neighbouring
 * rows and images share the zeros between them. Positions behind a row's outputs see pixels of two rows: their
 * sums mean nothing.
 */
#ifndef CONVLAB_BFLOAT16_GRID_H
#define CONVLAB_BFLOAT16_GRID_H

#include "taps.h"

/* Planes along an axis: one for each remainder by the stride that a tap has. */
static inline int64_t axis_planes(const struct axis *a) {
    return larger(1, smaller(a->taps, a->step / greatest_common_divisor(a->step, a->spacing)));
}

/* How far a tap is from the output's position, in its plane. */
static inline int64_t tap_shift(const struct axis *a, int64_t tap) { return tap * a->spacing / a->step; }

static inline int64_t most_shift(const struct axis *a) { return tap_shift(a, larger(0, a->taps - 1)); }

/* The input pixel of position `at` of a plane, counted from output `start`. */
static inline int64_t pixel_of_position(const struct axis *a, int64_t plane, int64_t start, int64_t at) {
    return (start + at) * a->step + a->origin + plane * a->spacing % a->step;
}

/* Zeros that follow all outputs of an axis and also precede them, so that one neighbour's can serve the other. */
static inline int64_t shared_zeros(const struct axis *a) {
    const int64_t span = a->out + most_shift(a);
    int64_t shared = most_shift(a);
    for (int64_t plane = 0; plane < axis_planes(a); plane++) {
        int64_t before = 0, behind = 0;
        while (before < shared && pixel_of_position(a, plane, 0, before) < 0) {
            before++;
        }
        while (behind < before && pixel_of_position(a, plane, 0, span - 1 - behind) >= a->in) {
            behind++;
        }
        shared = behind;
    }
    return shared;
}

/* Distances are in positions. */
struct grid {
    struct axis vertical, horizontal;
    int64_t planes_across, planes;
    int64_t row, image, plane;
};

/* The grid of the largest of some strips. */
static inline struct grid plan_grid(const struct axis *vertical, const struct axis *horizontal,
                                    const struct strips *strips) {
    struct grid grid = {.vertical = *vertical,
                        .horizontal = *horizontal,
                        .planes_across = axis_planes(horizontal),
                        .planes = axis_planes(vertical) * axis_planes(horizontal)};
    const int64_t rows = strips->rows + most_shift(vertical), columns = strips->columns + most_shift(horizontal);
    grid.row = columns - (strips->parts_w == 1 ? shared_zeros(horizontal) : 0);
    grid.image = (rows - (strips->parts_h == 1 ? shared_zeros(vertical) : 0)) * grid.row;
    grid.plane = (strips->images - 1) * grid.image + (rows - 1) * grid.row + columns;
    return grid;
}

/* Positions from a strip's first output to its last. */
static inline int64_t positions_of_strip(const struct grid *grid, const struct strip *strip) {
    return (strip->n1 - strip->n0 - 1) * grid->image + (strip->h1 - strip->h0 - 1) * grid->row + strip->w1 - strip->w0;
}

static inline int64_t plane_of_tap(const struct grid *grid, int64_t i, int64_t j) {
    return i % axis_planes(&grid->vertical) * grid->planes_across + j % grid->planes_across;
}

static inline int64_t shift_of_tap(const struct grid *grid, int64_t i, int64_t j) {
    return tap_shift(&grid->vertical, i) * grid->row + tap_shift(&grid->horizontal, j);
}

/* For all positions of one plane of a strip the pixel of x (n, in, in, channels), or `zeros`; `count` pointers. */
static inline void list_plane(const float **pixels, int64_t count, const struct grid *grid, int64_t plane,
                              const struct strip *strip, const float *x, int64_t channels, const float *zeros) {
    const struct axis *v = &grid->vertical, *h = &grid->horizontal;
    const int64_t rows = strip->h1 - strip->h0 + most_shift(v), columns = strip->w1 - strip->w0 + most_shift(h);
    for (int64_t i = 0; i < count; i++) {
        pixels[i] = zeros;
    }
    for (int64_t n = strip->n0; n < strip->n1; n++) {
        for (int64_t i = 0; i < rows; i++) {
            const int64_t row = pixel_of_position(v, plane / grid->planes_across, strip->h0, i);
            const float **target = pixels + (n - strip->n0) * grid->image + i * grid->row;
            for (int64_t j = 0; row >= 0 && row < v->in && j < columns; j++) {
                const int64_t column = pixel_of_position(h, plane % grid->planes_across, strip->w0, j);
                if (column >= 0 && column < h->in) {
                    target[j] = x + ((n * v->in + row) * h->in + column) * channels;
                }
            }
        }
    }
}

#endif
