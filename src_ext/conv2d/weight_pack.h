/* The operands of one strip in the order in which weight tiles read them. */
#ifndef CONVLAB_WEIGHT_PACK_H
#define CONVLAB_WEIGHT_PACK_H

#include "weight_plan.h"

/* dy to [block][pixel][V * LANES], missing lanes zero; returns the number of pixels. */
static int64_t pack_gradient(float *target, const struct weight_gradient *g, const struct weight_plan *plan,
                             const struct strip *strip, int64_t block0, int64_t block1) {
    const int64_t all = g->groups * g->group_out, columns = strip->w1 - strip->w0;
    const int64_t pixels = (strip->n1 - strip->n0) * (strip->h1 - strip->h0) * columns;
    for (int64_t block = block0; block < block1; block++) {
        const int64_t first = block % plan->blocks_per_group * BLOCK;
        const int64_t channels = smaller(BLOCK, g->group_out - first);
        const int64_t width = block_vectors(channels) * CONVLAB_LANES;
        float *to = target + block * pixels * BLOCK;
        for (int64_t n = strip->n0; n < strip->n1; n++) {
            for (int64_t h = strip->h0; h < strip->h1; h++) {
                const float *from = g->dy + ((n * g->vertical.out + h) * g->horizontal.out + strip->w0) * all +
                                    block / plan->blocks_per_group * g->group_out + first;
                for (int64_t w = 0; w < columns; w++, from += all, to += width) {
                    if (channels == BLOCK) {
                        vector_store(to, vector_load(from));
                        vector_store(to + CONVLAB_LANES, vector_load(from + CONVLAB_LANES));
                        continue;
                    }
                    const int64_t whole = channels - channels % CONVLAB_LANES;
                    if (whole) {
                        vector_store(to, vector_load(from));
                    }
                    if (whole < width) {
                        vector_store(to + whole, vector_load_partial(from + whole, channels - whole));
                    }
                }
            }
        }
    }
    return pixels;
}

#if CONVLAB_VECTOR_BYTES != 64
CONVLAB_INLINE void copy_pixels(const int width, float *target, const float *source, int64_t pixels,
                                int64_t channels) {
    for (int64_t i = 0; i < pixels; i++, target += width, source += channels) {
        UNROLL for (int c = 0; c < width; c++) { target[c] = source[c]; }
    }
}
#endif

/* Neighbouring pixels' channels [0, width) from an array with `channels` channels a pixel. */
static void copy_tile(int64_t width, float *target, const float *source, int64_t pixels, int64_t channels) {
#if CONVLAB_VECTOR_BYTES == 64
    /* masks are cheap there, and no tile is wider than a vector */
    for (int64_t i = 0; i < pixels; i++, target += width, source += channels) {
        vector_store_partial(target, vector_load_partial(source, width), width);
    }
#else
    switch (width) {
    case 4:
        copy_pixels(4, target, source, pixels, channels);
        break;
    case 5:
        copy_pixels(5, target, source, pixels, channels);
        break;
    case 6:
        copy_pixels(6, target, source, pixels, channels);
        break;
    default:
        for (int64_t i = 0; i < pixels; i++, target += width, source += channels) {
            for (int64_t c = 0; c < width; c++) {
                target[c] = source[c];
            }
        }
    }
#endif
}

/* Input of tile number `tile`: where its values begin within a pixel, and how many they are. */
static inline int64_t tile_start(const struct weight_plan *plan, int64_t tile) {
    return part_start(plan->tile_length, plan->tiles_per_group, tile);
}

/* x to [tile][pixel][width], zeros where the strip leaves the image. */
static void pack_input(float *target, const struct weight_gradient *g, const struct weight_plan *plan,
                       const struct strip *strip, int64_t tile0, int64_t tile1) {
    const int64_t channels = g->groups * g->group_in;
    const int64_t rows = axis_span(&g->vertical, strip->h1 - strip->h0);
    const int64_t columns = axis_span(&g->horizontal, strip->w1 - strip->w0);
    const int64_t top = g->vertical.origin + strip->h0 * g->vertical.step;
    const struct overlap across =
        overlap_input(&g->horizontal, g->horizontal.origin + strip->w0 * g->horizontal.step, columns);
    for (int64_t line = 0; line < (strip->n1 - strip->n0) * rows; line++) {
        const int64_t n = strip->n0 + line / rows, row = top + line % rows;
        const int64_t inside = row < 0 || row >= g->vertical.in ? 0 : across.inside;
        const float *source = g->x + ((n * g->vertical.in + (inside ? row : 0)) * g->horizontal.in + across.first) * channels;
        const int64_t pixel = (line / rows * plan->in_rows + line % rows) * plan->in_columns;
        for (int64_t tile = tile0; tile < tile1; tile++) {
            const int64_t group = tile / plan->tiles_per_group, in_group = tile % plan->tiles_per_group;
            const int64_t start = tile_start(plan, in_group), width = tile_start(plan, in_group + 1) - start;
            float *to = target + (group * g->group_in + start) * plan->in_pixels + pixel * width;
            const int64_t before = inside ? across.before : columns;
            memset(to, 0, (size_t)(before * width) * sizeof(float));
            copy_tile(width, to + before * width, source + group * g->group_in + start, inside, channels);
            const int64_t end = before + inside;
            memset(to + end * width, 0, (size_t)((columns - end) * width) * sizeof(float));
        }
    }
}

/* Adds the strip's sum of dy over its pixels to sums. */
static void add_bias_gradient(float *sums, const struct weight_gradient *g, const struct strip *strip, int first) {
    const int64_t channels = g->bias_channels, row = g->horizontal.out * channels;
    for (int64_t k = 0; k < channels; k += CONVLAB_LANES) {
        const int64_t lanes = smaller(CONVLAB_LANES, channels - k);
        vector_float sum = {0};
        for (int64_t n = strip->n0; n < strip->n1; n++) {
            for (int64_t h = strip->h0; h < strip->h1; h++) {
                const float *dy = g->bias_dy + (n * g->vertical.out + h) * row + k;
                for (int64_t w = strip->w0; w < strip->w1; w++) {
                    sum += vector_load_partial(dy + w * channels, lanes);
                }
            }
        }
        if (!first) {
            sum += vector_load_partial(sums + k, lanes);
        }
        vector_store_partial(sums + k, sum, lanes);
    }
}

#endif
