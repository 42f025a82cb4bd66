/* Tap convolution: the one form to which forward and backward-to-input are both brought.
 *
 * y[n, o, p, k] = bias[k] + sum over i, j, c of x[n, row(o, i), column(p, j), c] * w[k, i, j, c]
 *
 * Forward is one tap convolution. Backward to the input is one for each phase of the stride: the input pixels
 * h = phase + stride * t are reached by every (stride / gcd(stride, dilation))-th tap, in reverse order.
 */
#ifndef CONVLAB_TAPS_H
#define CONVLAB_TAPS_H

#include "problem.h"
#include "strips.h"
#include "vector.h"

struct tap_convolution {
    int64_t n;
    struct axis vertical, horizontal;
    int64_t groups, group_in, group_out; /* channels of one group */
    int woven;                           /* channels of a group in the woven form (see woven_group), else 0 */
    const float *x;                      /* (n, vertical.in, horizontal.in, groups * group_in) */
    float *y;
    int64_t y_image, y_row, y_pixel; /* distances in y */
    const float *w;                  /* w[k, i, j, c] is w + k * w_out + i * w_row + j * w_column + c * w_in */
    int64_t w_out, w_row, w_column, w_in, w_group;
    const float *bias; /* (groups * group_out) or NULL */
    convlab_activation_span activation;
    const float *activation_parameters;
    int relu;
};

/* Whether an activation is left to do when outputs have been written, relu having been done in registers. */
static inline int activates_outputs(const struct tap_convolution *t) { return t->activation && !t->relu; }

/* A 1x1 convolution without stride and padding sees no neighbours: all its pixels can stand in one row. */
static inline struct convlab_conv2d_problem collapse_pointwise(const struct convlab_conv2d_problem *problem) {
    struct convlab_conv2d_problem q = *problem;
    const int is_pointwise = q.r == 1 && q.s == 1 && q.stride_h == 1 && q.stride_w == 1;
    if (is_pointwise && q.h == q.oh && q.w == q.ow && q.pad_top == 0 && q.pad_left == 0) {
        q.w = q.ow = q.n * q.h * q.w;
        q.n = q.h = q.oh = 1;
    }
    return q;
}

/* Small groups, depthwise ones among them, are woven: a vector holds the output channels of several groups, and is
 * multiplied with each input channel of those groups in turn. The channels of a group, or 0 where this has no place. */
static inline int woven_group(const struct convlab_conv2d_problem *q) {
    const int64_t in = q->c / q->groups, out = q->k / q->groups;
    const int is_small = in == 1 || ((in == 2 || in == 4 || in == 8) && in < CONVLAB_LANES);
    return q->groups > 1 && in == out && is_small ? (int)in : 0;
}

static inline struct tap_convolution forward_taps(const struct convlab_conv2d_problem *problem,
                                                  const struct convlab_conv2d_arguments *arguments) {
    const struct convlab_conv2d_problem q = collapse_pointwise(problem);
    const int64_t cg = q.c / q.groups, kg = q.k / q.groups;
    return (struct tap_convolution){
        .n = q.n,
        .vertical = {q.h, q.oh, q.stride_h, -q.pad_top, q.r, q.dilation_h},
        .horizontal = {q.w, q.ow, q.stride_w, -q.pad_left, q.s, q.dilation_w},
        .groups = q.groups,
        .group_in = cg,
        .group_out = kg,
        .woven = woven_group(&q),
        .x = arguments->image,
        .y = arguments->out,
        .y_image = q.oh * q.ow * q.k,
        .y_row = q.ow * q.k,
        .y_pixel = q.k,
        .w = arguments->weight,
        .w_out = q.r * q.s * cg,
        .w_row = q.s * cg,
        .w_column = cg,
        .w_in = 1,
        .w_group = kg * q.r * q.s * cg,
        .bias = arguments->bias,
        .activation = arguments->activation,
        .activation_parameters = arguments->activation_parameters,
        .relu = arguments->relu,
    };
}

/* One phase along one axis: which outputs of the convolution, which taps. */
struct phase {
    struct axis axis;
    int64_t last_tap, tap_period;
};

static inline int64_t greatest_common_divisor(int64_t a, int64_t b) {
    while (b) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The input pixels number, number + stride, ...; in = pixels of grad, out = pixels of x along this axis. */
static inline struct phase nth_phase(int64_t number, int64_t in, int64_t out, int64_t stride, int64_t dilation,
                                     int64_t pad, int64_t taps) {
    const int64_t divisor = greatest_common_divisor(stride, dilation), period = stride / divisor;
    int64_t first = 0;
    while (first < smaller(period, taps) && (number + pad - first * dilation) % stride != 0) {
        first++;
    }
    const int64_t hits = first < smaller(period, taps) ? (taps - 1 - first) / period + 1 : 0;
    const int64_t last = first + (hits - 1) * period;
    const int64_t origin = hits ? (number + pad - last * dilation) / stride : 0;
    return (struct phase){
        {in, ceil_divide(out - number, stride), 1, origin, hits, dilation / divisor}, last, period};
}

static inline int64_t phases_count(const struct convlab_conv2d_problem *q) {
    return smaller(q->stride_h, q->h) * smaller(q->stride_w, q->w);
}

static inline struct tap_convolution backward_input_taps(const struct convlab_conv2d_problem *problem,
                                                         const struct convlab_conv2d_arguments *arguments,
                                                         int64_t number) {
    const struct convlab_conv2d_problem q = collapse_pointwise(problem);
    const int64_t cg = q.c / q.groups, kg = q.k / q.groups, across = smaller(q.stride_w, q.w);
    const int64_t top = number / across, left = number % across;
    const struct phase v = nth_phase(top, q.oh, q.h, q.stride_h, q.dilation_h, q.pad_top, q.r);
    const struct phase h = nth_phase(left, q.ow, q.w, q.stride_w, q.dilation_w, q.pad_left, q.s);
    const float *w = arguments->weight;
    float *dx = arguments->out;
    const int empty = v.axis.taps == 0 || h.axis.taps == 0;
    return (struct tap_convolution){
        .n = q.n,
        .vertical = v.axis,
        .horizontal = h.axis,
        .groups = q.groups,
        .group_in = kg,
        .group_out = cg,
        .woven = woven_group(&q),
        .x = arguments->image,
        .y = dx ? dx + (top * q.w + left) * q.c : dx,
        .y_image = q.h * q.w * q.c,
        .y_row = q.stride_h * q.w * q.c,
        .y_pixel = q.stride_w * q.c,
        .w = empty || !w ? w : w + (v.last_tap * q.s + h.last_tap) * cg,
        .w_out = 1,
        .w_row = -v.tap_period * q.s * cg,
        .w_column = -h.tap_period * cg,
        .w_in = q.r * q.s * cg,
        .w_group = kg * q.r * q.s * cg,
        .bias = arguments->bias,
    };
}

#endif
