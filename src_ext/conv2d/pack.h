/* Weights in the order in which tiles use them: for each block of output channels [term][V * LANES]. */
#ifndef CONVLAB_PACK_H
#define CONVLAB_PACK_H

#include "dot_tile.h"
#include "matrix_pack.h"
#include "taps.h"

/* Vectors that a block with `channels` output channels needs. */
static inline int block_vectors(int64_t channels) { return channels > CONVLAB_LANES ? 2 : 1; }

/* One block: `channels` output channels from w, all taps, `inputs` channels in; missing lanes become zero. */
static void pack_block(float *target, const struct tap_convolution *t, const float *w, int64_t channels,
                       int64_t inputs) {
    const int64_t width = block_vectors(channels) * CONVLAB_LANES;
    for (int64_t i = 0; i < t->vertical.taps; i++) {
        for (int64_t j = 0; j < t->horizontal.taps; j++, target += inputs * width) {
            const struct factor of_tap = {w + i * t->w_row + j * t->w_column, t->w_out, t->w_in};
            pack_lines(target, &of_tap, channels, inputs, width);
        }
    }
}

static void pack_bias(float *target, const float *bias, int64_t channels) {
    memset(target, 0, BLOCK * sizeof(float));
    if (bias) {
        memcpy(target, bias, (size_t)channels * sizeof(float));
    }
}

/* One block of woven channels from channel `first` on: [tap][member of the group][V * LANES]. */
static void pack_woven(float *target, const struct tap_convolution *t, int64_t first, int64_t channels) {
    const int64_t width = block_vectors(channels) * CONVLAB_LANES;
    for (int64_t tap = 0; tap < t->vertical.taps * t->horizontal.taps; tap++) {
        const float *source =
            t->w + tap / t->horizontal.taps * t->w_row + tap % t->horizontal.taps * t->w_column;
        for (int64_t member = 0; member < t->woven; member++, target += width) {
            for (int64_t lane = 0; lane < width; lane++) {
                const int64_t k = first + lane;
                target[lane] = lane < channels ? source[k / t->woven * t->w_group + k % t->woven * t->w_out +
                                                        member * t->w_in]
                                               : 0.0f;
            }
        }
    }
}

/* For dot products: [row][vector][output channel][lane], the lanes behind the end of a row zero. */
static void pack_dots(float *target, const struct tap_convolution *t) {
    const int64_t length = t->horizontal.taps * t->group_in, channels = t->group_out;
    for (int64_t i = 0; i < t->vertical.taps; i++) {
        for (int64_t at = 0; at < length; at += CONVLAB_LANES) {
            for (int64_t k = 0; k < channels; k++, target += CONVLAB_LANES) {
                for (int64_t lane = 0; lane < CONVLAB_LANES; lane++) {
                    const int64_t j = (at + lane) / t->group_in, c = (at + lane) % t->group_in;
                    target[lane] = at + lane < length
                                       ? t->w[k * t->w_out + i * t->w_row + j * t->w_column + c * t->w_in]
                                       : 0.0f;
                }
            }
        }
    }
}

/* The biases of as many pixels as a vector holds. */
static void pack_dot_bias(float *target, const struct tap_convolution *t) {
    for (int64_t lane = 0; lane < CONVLAB_LANES; lane++) {
        target[lane] = t->bias ? t->bias[lane % t->group_out] : 0.0f;
    }
}

#endif
