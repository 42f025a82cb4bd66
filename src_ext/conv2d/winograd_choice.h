/* When Winograd's algorithm does a problem, and when it does not. */
#ifndef CONVLAB_WINOGRAD_CHOICE_H
#define CONVLAB_WINOGRAD_CHOICE_H

#include "winograd_tiles.h"

/* Products of channels, and 150 MB of transformed kernels. */
enum { WINOGRAD_MOST_PRODUCTS = 1024 * 1024, WINOGRAD_MOST_KERNEL_FLOATS = 36 * 1024 * 1024 };

/* What the transforms cost, in multiply-adds per channel of whole vectors: per slice of what is transformed, and per
 * point of what comes out, whose products are written and read, too; fitted with AVX-512 and AVX2. Like everything here
 * independent of the batch, so that the bits of an image do not depend on its neighbours. */
enum { COST_OF_INPUT = 5, COST_OF_OUTPUT = 12 };

/* The same in percent for squares of 8x8 values, of which half as many registers hold too few. */
enum { COST_OF_SQUARES_OF_8 = CONVLAB_VECTOR_BYTES == 64 ? 100 : 160 };

/* With more output channels the vectors of the direct kernels, each of one pixel, are filled up; with fewer they hold
 * several pixels. */
enum { DIRECT_FEW_CHANNELS = 8 };

/* With fewer channels the many slices of complex points leave most of a vector's time to the transforms. */
enum { WINOGRAD_LEAST_CHANNELS_OF_COMPLEX_5 = 16 };

/* Multiply-adds that take as long as one image in a form. */
static int64_t winograd_cost(int form, int64_t out_h, int64_t out_w, int64_t in, int64_t out) {
    const struct tiling tiles = cut_tiles(form, 1, out_h, out_w);
    const int64_t lanes = round_up(out, CONVLAB_LANES);
    const int64_t transforms =
        slices_of_image(form, &tiles) * COST_OF_INPUT * round_up(in, CONVLAB_LANES) +
        points_of_image(form, &tiles) * COST_OF_OUTPUT * lanes;
    return slices_of_image(form, &tiles) * in * lanes +
           transforms * (form == WINOGRAD_4_5 ? COST_OF_SQUARES_OF_8 : 100) / 100;
}

/* The same of the direct kernels. */
static int64_t direct_cost(int64_t taps, int64_t out_h, int64_t out_w, int64_t in, int64_t out) {
    const int64_t lanes = out > DIRECT_FEW_CHANNELS ? round_up(out, CONVLAB_LANES) : out;
    return taps * taps * out_h * out_w * in * lanes;
}

/* NULL, or why a form does not do a problem of `in` and `out` channels with out_h x out_w outputs. */
static const char *refuse_winograd(int form, const struct convlab_conv2d_problem *q, int64_t out_h, int64_t out_w,
                                   int64_t in, int64_t out) {
    const int64_t taps = WINOGRAD_TAPS(form);
    if (q->is_double) {
        return "float64 runs in the reference loops";
    }
    if ((form == WINOGRAD_4 || form == WINOGRAD_4_5) && q->precision < CONVLAB_PRECISION_FAST) {
        return "precision is float32: the rounding errors of its points need fast";
    }
    if (q->r != taps || q->s != taps || q->groups != 1) {
        return taps == 3 ? "not a 3x3 kernel in one group" : "not a 5x5 kernel in one group";
    }
    if (q->stride_h != 1 || q->stride_w != 1 || q->dilation_h != 1 || q->dilation_w != 1) {
        return "stride and dilation must be 1";
    }
    if (taps == 5 && smaller(smaller(q->h, q->w), smaller(q->oh, q->ow)) < taps) {
        return "images smaller than the kernel: most taps would only see padding";
    }
    const int64_t products = q->c * q->k;
    if (products > WINOGRAD_MOST_PRODUCTS || products * SQUARE(WINOGRAD_SLICES(form)) > WINOGRAD_MOST_KERNEL_FLOATS) {
        return "too many channels: the transformed kernels would take over 150 MB";
    }
    const int64_t cost = winograd_cost(form, out_h, out_w, in, out);
    const int has_few = form == WINOGRAD_4_COMPLEX_5 && smaller(in, out) < WINOGRAD_LEAST_CHANNELS_OF_COMPLEX_5;
    if (has_few || cost >= direct_cost(taps, out_h, out_w, in, out)) {
        return "too few channels or pixels: the transforms would cost more than they save";
    }
    if (form == WINOGRAD_4_COMPLEX && winograd_cost(WINOGRAD_2, out_h, out_w, in, out) < cost) {
        return "by estimate slower than 2x2 tiles: larger ones would reach too far over the edges";
    }
    return NULL;
}

#endif
