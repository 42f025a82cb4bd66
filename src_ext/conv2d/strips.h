/* Cutting the outputs into strips that fit the cache, and gathering the padded input of one strip. */
#ifndef CONVLAB_STRIPS_H
#define CONVLAB_STRIPS_H

#include <stdint.h>
#include <string.h>

static inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t ceil_divide(int64_t a, int64_t b) { return (a + b - 1) / b; }
static inline int64_t round_up(int64_t a, int64_t multiple) { return ceil_divide(a, multiple) * multiple; }

/* Part number `part` of `length` things dealt evenly to `parts`: from part_start(part) to part_start(part + 1). */
static inline int64_t part_start(int64_t length, int64_t parts, int64_t part) { return length * part / parts; }

/* Which input pixels the outputs of one axis see: output o, tap t -> o * step + origin + t * spacing. */
struct axis {
    int64_t in, out;
    int64_t step, origin;
    int64_t taps, spacing;
};

/* Input pixels that `outputs` neighbouring outputs span. */
static inline int64_t axis_span(const struct axis *a, int64_t outputs) {
    return (outputs - 1) * a->step + (a->taps - 1) * a->spacing + 1;
}

static inline int axis_leaves_input(const struct axis *a) {
    return a->origin < 0 || a->origin + axis_span(a, a->out) > a->in;
}

/* The taps [first, end) of one output that see pixels of the input. */
struct tap_range {
    int64_t first, end;
};

static inline struct tap_range taps_inside(const struct axis *a, int64_t output) {
    const int64_t at = output * a->step + a->origin;
    const int64_t first = at < 0 ? ceil_divide(-at, a->spacing) : 0;
    const int64_t end = at < a->in ? smaller(a->taps, ceil_divide(a->in - at, a->spacing)) : 0;
    return (struct tap_range){smaller(first, end), end};
}

/* The strips are either some whole images, some whole rows of one image, or a piece of one row. */
struct strips {
    int64_t parts_n, parts_h, parts_w; /* how often each axis is cut */
    int64_t images, rows, columns;     /* outputs of the largest strip */
};

/* Outputs [n0, n1) x [h0, h1) x [w0, w1). */
struct strip {
    int64_t n0, n1, h0, h1, w0, w1;
};

/* Strips of about `pixels` outputs, with several images only while their input stays below `floats`. */
static inline struct strips cut_strips(int64_t n, const struct axis *vertical, const struct axis *horizontal,
                                       int64_t channels, int64_t pixels, int64_t floats) {
    struct strips cut = {n, vertical->out, 1, 1, 1, horizontal->out};
    if (horizontal->out > pixels) {
        cut.parts_w = ceil_divide(horizontal->out, pixels);
        cut.columns = ceil_divide(horizontal->out, cut.parts_w);
        return cut;
    }
    cut.rows = larger(1, pixels / larger(1, horizontal->out));
    cut.parts_h = ceil_divide(vertical->out, cut.rows);
    cut.rows = ceil_divide(vertical->out, larger(1, cut.parts_h));
    if (cut.parts_h == 1) {
        const int64_t image = axis_span(vertical, vertical->out) * axis_span(horizontal, horizontal->out) * channels;
        const int64_t images = smaller(pixels / (vertical->out * horizontal->out), floats / larger(1, image));
        cut.parts_n = ceil_divide(n, larger(1, images));
        cut.images = ceil_divide(n, larger(1, cut.parts_n));
    }
    return cut;
}

static inline int64_t strips_count(const struct strips *cut) { return cut->parts_n * cut->parts_h * cut->parts_w; }

static inline struct strip nth_strip(const struct strips *cut, int64_t n, int64_t out_h, int64_t out_w, int64_t number) {
    const int64_t w = number % cut->parts_w, h = number / cut->parts_w % cut->parts_h;
    const int64_t image = number / (cut->parts_w * cut->parts_h);
    return (struct strip){
        part_start(n, cut->parts_n, image),     part_start(n, cut->parts_n, image + 1),
        part_start(out_h, cut->parts_h, h),     part_start(out_h, cut->parts_h, h + 1),
        part_start(out_w, cut->parts_w, w),     part_start(out_w, cut->parts_w, w + 1),
    };
}

/* The part of one axis that lies in the input: pixels [before, before + inside) of `span`, from input `first`. */
struct overlap {
    int64_t before, inside, first;
};

static inline struct overlap overlap_input(const struct axis *a, int64_t start, int64_t span) {
    const int64_t low = smaller(larger(start, 0), a->in), high = larger(low, smaller(start + span, a->in));
    return (struct overlap){smaller(span, larger(0, -start)), high - low, low};
}

/* Copies the input of a strip, zeros where it leaves the image: target is (images, rows, columns, channels),
 * with rows of `target_columns` pixels. x is (n, in, in, channels). */
static inline void copy_strip(float *target, const float *x, const struct strip *strip, const struct axis *vertical,
                              const struct axis *horizontal, int64_t channels, int64_t target_rows,
                              int64_t target_columns) {
    const int64_t rows = axis_span(vertical, strip->h1 - strip->h0);
    const int64_t columns = axis_span(horizontal, strip->w1 - strip->w0);
    const int64_t top = vertical->origin + strip->h0 * vertical->step;
    const struct overlap across = overlap_input(horizontal, horizontal->origin + strip->w0 * horizontal->step, columns);
    const size_t pixel_bytes = (size_t)channels * sizeof(float);
    for (int64_t n = strip->n0; n < strip->n1; n++) {
        float *row = target + (n - strip->n0) * target_rows * target_columns * channels;
        for (int64_t i = 0; i < rows; i++, row += target_columns * channels) {
            if (top + i < 0 || top + i >= vertical->in || across.inside == 0) {
                memset(row, 0, (size_t)columns * pixel_bytes);
                continue;
            }
            const float *source = x + ((n * vertical->in + top + i) * horizontal->in + across.first) * channels;
            const int64_t end = across.before + across.inside;
            memset(row, 0, (size_t)across.before * pixel_bytes);
            memcpy(row + across.before * channels, source, (size_t)across.inside * pixel_bytes);
            memset(row + end * channels, 0, (size_t)(columns - end) * pixel_bytes);
        }
    }
}

#endif
