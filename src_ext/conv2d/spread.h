/* Vectors over pixels and channels at once, where the output channels K are fewer than a vector has lanes.
 *
 * A row of outputs is K values a pixel without gaps: float f belongs to pixel f / K and channel f % K. When every
 * input pixel is repeated K times ("spread"), the value that tap j multiplies for float f is spread[f + j * K]: all
 * lanes work, loads are contiguous, and outputs need no shuffling. The weights of a vector repeat with a period.
 */
#ifndef CONVLAB_SPREAD_H
#define CONVLAB_SPREAD_H

#include "tap_tile.h"
#include "taps.h"

#if CONVLAB_VECTOR_BYTES == 64 /* 32 registers */
enum { SPREAD_ROWS = 14 };
#else
enum { SPREAD_ROWS = 8 };
#endif

enum { SPREAD_BAND_FLOATS = 64 * 1024 }; /* 256 KB of a second-level cache */

/* How the rows of one input channel are spread, for bands of neighbouring rows of outputs. */
struct spread {
    int64_t channels;              /* K */
    int64_t period, period_pixels; /* vectors, and pixels, after which lanes hold the same channels again */
    int64_t vectors;               /* of a row of outputs */
    int64_t row_pixels;            /* length of a row that is to be spread, with pixels to read past its end */
    int64_t row_floats;            /* length of a spread row */
    int64_t bands, rows;           /* how often an image is cut, rows of outputs of the largest band */
    int64_t first_pixel[CONVLAB_LANES];
    vector_int pixel_of_lane[CONVLAB_LANES]; /* from the vector's first pixel on */
};

static inline struct spread plan_spread(const struct axis *vertical, const struct axis *horizontal,
                                        int64_t channels) {
    struct spread s = {.channels = channels};
    s.period = channels;
    s.period_pixels = CONVLAB_LANES;
    while (s.period % 2 == 0 && s.period_pixels % 2 == 0) {
        s.period /= 2;
        s.period_pixels /= 2;
    }
    s.vectors = ceil_divide(horizontal->out * channels, CONVLAB_LANES);
    s.row_floats = round_up(s.vectors * CONVLAB_LANES + (horizontal->taps - 1) * channels, CONVLAB_LANES);
    s.row_pixels = round_up(s.row_floats / channels + 2 * CONVLAB_LANES, CONVLAB_LANES);
    s.bands = larger(1, ceil_divide(vertical->out, SPREAD_ROWS));
    s.rows = ceil_divide(vertical->out, s.bands);
    for (int64_t v = 0; v < s.period; v++) {
        s.first_pixel[v] = v * CONVLAB_LANES / channels;
        for (int64_t lane = 0; lane < CONVLAB_LANES; lane++) {
            s.pixel_of_lane[v][lane] = (int32_t)((v * CONVLAB_LANES + lane) / channels - s.first_pixel[v]);
        }
    }
    return s;
}

/* Floats of one input channel of a band. */
static inline int64_t spread_band_floats(const struct spread *s, const struct axis *vertical) {
    return axis_span(vertical, s->rows) * s->row_floats;
}

/* Channel `channel` of one input row, zeros where it leaves the image; source NULL is a row of zeros. */
static void gather_row(float *target, const float *source, const struct spread *s, const struct axis *horizontal,
                       int64_t channels) {
    const int64_t before = smaller(s->row_pixels, larger(0, -horizontal->origin));
    const int64_t first = larger(0, horizontal->origin);
    const int64_t inside = source ? larger(0, smaller(horizontal->in - first, s->row_pixels - before)) : 0;
    memset(target, 0, (size_t)before * sizeof(float));
    if (channels == 1 && inside > 0) {
        memcpy(target + before, source + first, (size_t)inside * sizeof(float));
    } else {
        for (int64_t i = 0; i < inside; i++) {
            target[before + i] = source[(first + i) * channels];
        }
    }
    memset(target + before + inside, 0, (size_t)(s->row_pixels - before - inside) * sizeof(float));
}

static void spread_row(float *target, const float *row, const struct spread *s) {
    const float *const end = target + s->row_floats;
    for (; target < end; row += s->period_pixels) {
        for (int64_t v = 0; v < s->period && target < end; v++, target += CONVLAB_LANES) {
            vector_store(target, __builtin_shuffle(vector_load(row + s->first_pixel[v]), s->pixel_of_lane[v]));
        }
    }
}

/* The input rows that outputs [h0, h1) of one image and channel see, spread; row holds s->row_pixels floats.
 * x is the image at that channel, of `channels` ones. */
static void spread_band(float *target, float *row, const float *x, const struct spread *s,
                        const struct axis *vertical, const struct axis *horizontal, int64_t channels, int64_t h0,
                        int64_t h1) {
    const int64_t top = vertical->origin + h0, rows = axis_span(vertical, h1 - h0);
    for (int64_t i = 0; i < rows; i++, target += s->row_floats) {
        const int inside = top + i >= 0 && top + i < vertical->in;
        gather_row(row, inside ? x + (top + i) * horizontal->in * channels : NULL, s, horizontal, channels);
        spread_row(target, row, s);
    }
}

/* What preparing an input value, and keeping the sum of an output between input channels, cost in multiply-adds. */
enum { COST_OF_SPREADING = 48, COST_OF_KEEPING = 5 };

/* NULL, or why `in` channels are not spread over `out` ones; the axes are those of the tap convolution. */
static const char *refuse_spread(const struct convlab_conv2d_problem *q, const struct axis *vertical,
                                 const struct axis *horizontal, int64_t in, int64_t out) {
    if (q->is_double) {
        return "float64 runs in the reference loops";
    }
    if (CONVLAB_LANES < 8 || out >= CONVLAB_LANES) {
        return "the output channels fill a vector";
    }
    if (q->groups != 1 || q->stride_h != 1 || q->stride_w != 1 || q->dilation_h != 1 || q->dilation_w != 1) {
        return "groups, stride and dilation must be 1";
    }
    if ((q->r != 3 && q->r != 5) || q->s > 8) {
        return "not a kernel of 3 or 5 rows and at most 8 columns";
    }
    if (vertical->out < q->r || horizontal->out * out < CONVLAB_LANES) {
        return "too few outputs";
    }
    const struct spread s = plan_spread(vertical, horizontal, out);
    if (spread_band_floats(&s, vertical) > SPREAD_BAND_FLOATS) {
        return "rows are so wide that, spread, they would leave the cache";
    }
    const int64_t taps = q->r * q->s, whole = s.vectors * CONVLAB_LANES;
    const int64_t keeping = in > 1 ? COST_OF_KEEPING * whole : 0;
    const int64_t cost = whole * taps + COST_OF_SPREADING * horizontal->out + keeping;
    if (cost >= round_up(out, CONVLAB_LANES) * horizontal->out * taps) {
        return "too few lanes are saved: spreading would cost more";
    }
    return NULL;
}

#endif
