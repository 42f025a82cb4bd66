/* Pooling over windows of an image.
 *
 * x   is (n, h, w, c)     image, or its gradient
 * y   is (n, oh, ow, c)   y[i, j] covers rows i * stride_h - pad_top + (0 .. r-1) of x and columns likewise
 * indices is like y: the position (row * s + column) inside the window, of index_bytes 1 (uint8) or 4 (int32)
 * The padding is nowhere as wide as the window, so that every window covers a pixel at least.
 *
 * A function works on rows [begin, end) of what it writes: n * oh rows going forward, n * h going back.
 * Each row is computed in the same order whoever does it.
 */
#ifndef CONVLAB_POOL_H
#define CONVLAB_POOL_H

#include <stdint.h>

#include "isa.h"

struct convlab_pool_problem {
    int64_t n, h, w, c, r, s, stride_h, stride_w, pad_top, pad_left, oh, ow;
    int64_t index_bytes;
    int64_t count_include_pad; /* average: divide by r * s, not by the pixels covered */
    int64_t is_double;
};

/* One stretch of window positions: the rows or columns of x that a window covers, or the windows that cover
 * a pixel; empty when begin >= end. */
struct convlab_pool_range {
    int64_t begin, end;
};

/* The pixels that window `out` covers along one axis. */
static inline struct convlab_pool_range convlab_pool_covered(int64_t out, int64_t stride, int64_t pad,
                                                             int64_t window, int64_t size) {
    const int64_t first = out * stride - pad;
    struct convlab_pool_range range = {first < 0 ? 0 : first, first + window > size ? size : first + window};
    return range;
}

/* The windows that cover pixel `in` along one axis. */
static inline struct convlab_pool_range convlab_pool_covering(int64_t in, int64_t stride, int64_t pad,
                                                              int64_t window, int64_t count) {
    const int64_t last = in + pad, first = last - window + 1;
    struct convlab_pool_range range = {first <= 0 ? 0 : (first + stride - 1) / stride, last / stride + 1};
    if (range.end > count) {
        range.end = count;
    }
    return range;
}

/* What the sum over a window is divided by. */
static inline int64_t convlab_pool_divisor(const struct convlab_pool_problem *p,
                                           struct convlab_pool_range rows,
                                           struct convlab_pool_range columns) {
    return p->count_include_pad ? p->r * p->s : (rows.end - rows.begin) * (columns.end - columns.begin);
}

struct convlab_pool_table {
    void (*max_forward)(const struct convlab_pool_problem *p, const void *x, void *y, void *indices,
                        int64_t begin, int64_t end);
    void (*max_backward)(const struct convlab_pool_problem *p, const void *grad, const void *indices,
                         void *dx, int64_t begin, int64_t end);
    void (*avg_forward)(const struct convlab_pool_problem *p, const void *x, void *y, int64_t begin,
                        int64_t end);
    void (*avg_backward)(const struct convlab_pool_problem *p, const void *grad, void *dx, int64_t begin,
                         int64_t end);
    /* y is (n, c), the mean of all pixels; here a row is an image */
    void (*global_forward)(const struct convlab_pool_problem *p, const void *x, void *y, int64_t begin,
                           int64_t end);
    void (*global_backward)(const struct convlab_pool_problem *p, const void *grad, void *dx, int64_t begin,
                            int64_t end);
};

extern const struct convlab_pool_table convlab_pool__reference, convlab_pool_double__reference;
extern const struct convlab_pool_table convlab_pool__baseline;
extern const struct convlab_pool_table convlab_pool__avx2;
extern const struct convlab_pool_table convlab_pool__avx512;

/* The doors for Python. indices may be NULL in max_forward. */
void convlab_max_pool_forward(const struct convlab_pool_problem *p, const void *x, void *y, void *indices,
                              int isa, int threads);
void convlab_max_pool_backward(const struct convlab_pool_problem *p, const void *grad, const void *indices,
                               void *dx, int isa, int threads);
void convlab_avg_pool_forward(const struct convlab_pool_problem *p, const void *x, void *y, int isa,
                              int threads);
void convlab_avg_pool_backward(const struct convlab_pool_problem *p, const void *grad, void *dx, int isa,
                               int threads);
void convlab_global_pool_forward(const struct convlab_pool_problem *p, const void *x, void *y, int isa,
                                 int threads);
void convlab_global_pool_backward(const struct convlab_pool_problem *p, const void *grad, void *dx, int isa,
                                  int threads);

#endif
