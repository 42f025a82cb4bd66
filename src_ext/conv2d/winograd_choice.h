/* When Winograd's algorithm does a problem, and when it does not. */
#ifndef CONVLAB_WINOGRAD_CHOICE_H
#define CONVLAB_WINOGRAD_CHOICE_H

#include "winograd_tiles.h"

/* Transformed kernels of so many products of channels take 150 MB of scratch memory. */
enum { WINOGRAD_MOST_PRODUCTS = 1024 * 1024 };

/* What the transforms cost, in multiply-adds per tile and point and channel of what is transformed and of what comes
 * out, whose products are written and read, too; fitted with AVX-512 and AVX2. Like everything here independent of the
 * batch, so that the bits of an image do not depend on its neighbours. */
enum { COST_OF_INPUT = 5, COST_OF_OUTPUT = 12 };

/* NULL, or why tiles of side x side outputs do not do a problem of `in` and `out` channels with out_h x out_w outputs. */
static const char *refuse_winograd(int side, const struct convlab_conv2d_problem *q, int64_t out_h, int64_t out_w,
                                   int64_t in, int64_t out) {
    if (q->is_double) {
        return "float64 runs in the reference loops";
    }
    if (side > 2 && q->precision < CONVLAB_PRECISION_FAST) {
        return "precision is float32: the rounding errors of 4x4 tiles need fast";
    }
    if (q->r != WINOGRAD_TAPS || q->s != WINOGRAD_TAPS || q->groups != 1) {
        return "not a 3x3 kernel in one group";
    }
    if (q->stride_h != 1 || q->stride_w != 1 || q->dilation_h != 1 || q->dilation_w != 1) {
        return "stride and dilation must be 1";
    }
    const int64_t products = q->c * q->k;
    if (products > WINOGRAD_MOST_PRODUCTS) {
        return "too many channels: the transformed kernels would take over 150 MB";
    }
    const struct tiling tiles = cut_tiles(side, 1, out_h, out_w);
    const int64_t lanes = round_up(out, CONVLAB_LANES);
    const int64_t cost = products_of_image(&tiles) * (in * lanes + COST_OF_INPUT * in + COST_OF_OUTPUT * lanes);
    if (cost >= WINOGRAD_TAPS * WINOGRAD_TAPS * out_h * out_w * products) {
        return "too few channels or pixels: the transforms would cost more than they save";
    }
    return NULL;
}

#endif
