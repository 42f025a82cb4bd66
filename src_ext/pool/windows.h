/* What maxima and means over windows share: vectors of channels, and the windows of one row of y.
 *
 * Most windows lie on the image as a whole. Those are done by loops whose extents are constants for the usual
 * sizes; the few at the edges by the same code with extents of their own.
 */
#ifndef CONVLAB_POOL_WINDOWS_H
#define CONVLAB_POOL_WINDOWS_H

#include <stddef.h>

#include "lanes.h"
#include "pool.h"
#include "vector_math.h"

/* Calls DO(rows, columns) with the size of the window, as constants where it is a usual one. */
#define WITH_WINDOW(p, DO)                     \
    do {                                       \
        if ((p)->r == 2 && (p)->s == 2) {      \
            DO(2, 2);                          \
        } else if ((p)->r == 3 && (p)->s == 3) { \
            DO(3, 3);                          \
        } else {                               \
            DO((p)->r, (p)->s);                \
        }                                      \
    } while (0)

/* The part of a window that lies on the image: its pixels start at x, and its rows at `position`. */
struct patch {
    const float *x;
    int64_t rows, columns, position;
};

CONVLAB_INLINE struct patch patch_of(const struct convlab_pool_problem *p, const float *image, int64_t i,
                                     int64_t j) {
    const struct convlab_pool_range rows = convlab_pool_covered(i, p->stride_h, p->pad_top, p->r, p->h);
    const struct convlab_pool_range columns = convlab_pool_covered(j, p->stride_w, p->pad_left, p->s, p->w);
    const int64_t first_row = rows.begin - i * p->stride_h + p->pad_top;
    const int64_t first_column = columns.begin - j * p->stride_w + p->pad_left;
    struct patch patch = {image + (rows.begin * p->w + columns.begin) * p->c, rows.end - rows.begin,
                          columns.end - columns.begin, first_row * p->s + first_column};
    return patch;
}

/* The windows of row i of y that lie on the image as a whole. */
CONVLAB_INLINE struct convlab_pool_range whole_windows(const struct convlab_pool_problem *p, int64_t i) {
    const int64_t top = i * p->stride_h - p->pad_top, last = p->w + p->pad_left - p->s;
    struct convlab_pool_range range = {0, 0};
    if (top >= 0 && top + p->r <= p->h && last >= 0) {
        range.begin = (p->pad_left + p->stride_w - 1) / p->stride_w;
        range.end = last / p->stride_w + 1;
        range.end = range.end > p->ow ? p->ow : range.end;
        range.begin = range.begin > range.end ? range.end : range.begin;
    }
    return range;
}

/* The windows over one row of dx that lie on the image as a whole, where windows are side by side without gap
 * or overlap: `count` of them, the first at `at` in y and at column `first` of the row, which is their row
 * `inside`. No windows otherwise. */
struct covered_row {
    int64_t count, at, first, inside;
};

CONVLAB_INLINE struct covered_row covered_row_of(const struct convlab_pool_problem *p, int64_t row) {
    const int64_t h = row % p->h + p->pad_top, i = h / p->stride_h;
    if (p->stride_h == p->r && p->stride_w == p->s && i < p->oh) {
        const struct convlab_pool_range whole = whole_windows(p, i);
        if (whole.begin < whole.end) {
            struct covered_row under = {whole.end - whole.begin,
                                        ((row / p->h * p->oh + i) * p->ow + whole.begin) * p->c,
                                        whole.begin * p->stride_w - p->pad_left, h % p->stride_h};
            return under;
        }
    }
    struct covered_row none = {0, 0, 0, 0};
    return none;
}

#endif
