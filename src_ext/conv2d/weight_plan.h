/* How backward to weights is cut up.
 *
 * The output pixels are cut into strips, neighbouring strips form chunks; every chunk sums into a buffer of its
 * own, and the buffers are added in order. Strips and chunks depend on the shape alone, so the result does not
 * depend on the threads. A chunk may be split by input channels: that changes no sum.
 */
#ifndef CONVLAB_WEIGHT_PLAN_H
#define CONVLAB_WEIGHT_PLAN_H

#include "pack.h"
#include "taps.h"
#include "team.h"
#include "weight_tile.h"

enum {
    WEIGHT_STRIP_PIXELS = 128,         /* terms of one sum in registers */
    WEIGHT_COPY_FLOATS = 128 * 1024,   /* padded input of several images */
    MOST_CHUNKS = 32,
    CHUNK_BUFFERS_FLOATS = 8 * 1024 * 1024 /* all chunk buffers together, while there are several */
};

/* dw[k, i, j, c] = sum over n, o, p of x[n, row(o, i), column(p, j), c] * dy[n, o, p, k] */
struct weight_gradient {
    int64_t n;
    struct axis vertical, horizontal;
    int64_t groups, group_in, group_out;
    const float *x, *dy;
    float *dw;
    int64_t dw_out, dw_term; /* distances of neighbouring output channels, neighbouring (i, j, c), in dw */
    const float *bias_dy;    /* (pixels, bias_channels) */
    float *db;               /* NULL when it is not wanted */
    int64_t bias_channels;
};

/* In a pointwise convolution x and dy play the same part: with them exchanged, vectors run along dw's memory. */
static inline struct weight_gradient weight_gradient_of(const struct convlab_conv2d_problem *problem,
                                                        const struct convlab_conv2d_arguments *arguments) {
    const struct convlab_conv2d_problem q = collapse_pointwise(problem);
    struct weight_gradient g = {
        .n = q.n,
        .vertical = {q.h, q.oh, q.stride_h, -q.pad_top, q.r, q.dilation_h},
        .horizontal = {q.w, q.ow, q.stride_w, -q.pad_left, q.s, q.dilation_w},
        .groups = q.groups,
        .group_in = q.c / q.groups,
        .group_out = q.k / q.groups,
        .x = arguments->image,
        .dy = arguments->weight,
        .dw = arguments->out,
        .dw_out = q.r * q.s * (q.c / q.groups),
        .dw_term = 1,
        .bias_dy = arguments->weight,
        .db = arguments->out_bias,
        .bias_channels = q.k,
    };
    const int is_row = q.n == 1 && q.h == 1 && q.r == 1 && q.s == 1 && q.w == q.ow && q.groups == 1;
    if (is_row && q.c > CONVLAB_LANES && q.k > 1) {
        g.x = arguments->weight;
        g.dy = arguments->image;
        g.group_in = q.k;
        g.group_out = q.c;
        g.dw_out = 1;
        g.dw_term = q.c;
    }
    return g;
}

/* Input channels are summed in tiles of neighbours; for few channels, neighbours are (column tap, channel). */
struct weight_plan {
    struct strips strips;
    int64_t chunks, splits;
    int merged;                           /* tiles run over (column tap, channel) */
    int64_t tile_length, tiles_per_group; /* tiles run over tile_length neighbours */
    int64_t tiles;                        /* of all groups, or of all rows of taps when merged */
    int64_t blocks_per_group, blocks, terms;
    int64_t in_rows, in_columns, in_pixels; /* padded input of the largest strip */
    int64_t bias_sums, buffers, buffer_floats, strip, x_floats, dy_floats, thread_floats;
};

static void plan_chunks(struct weight_plan *plan, const struct weight_gradient *g, int threads) {
    const int64_t channels = g->groups * g->group_in, strips = strips_count(&plan->strips);
    plan->buffer_floats = plan->blocks * plan->terms * BLOCK;
    plan->chunks = smaller(strips, smaller(MOST_CHUNKS, CHUNK_BUFFERS_FLOATS / plan->buffer_floats));
    plan->chunks = larger(1, plan->chunks);
    const int64_t wanted = threads > 1 ? threads * 3 : 1;
    plan->splits = plan->chunks < wanted ? smaller(plan->tiles, ceil_divide(wanted, plan->chunks)) : 1;
    plan->in_rows = axis_span(&g->vertical, plan->strips.rows);
    plan->in_columns = axis_span(&g->horizontal, plan->strips.columns);
    plan->in_pixels = plan->strips.images * plan->in_rows * plan->in_columns;
    const int64_t pixels = plan->strips.images * plan->strips.rows * plan->strips.columns;
    plan->x_floats = round_up(plan->in_pixels * channels, 16);
    plan->dy_floats = pixels * plan->blocks * BLOCK;
    plan->thread_floats = plan->x_floats + plan->dy_floats;
    plan->bias_sums = 0;
    plan->buffers = round_up(plan->chunks * g->bias_channels, 16);
    plan->strip = plan->buffers + plan->chunks * plan->buffer_floats;
}

static struct weight_plan plan_weight_gradient(const struct weight_gradient *g, int threads) {
    struct weight_plan plan = {0};
    const int64_t channels = g->groups * g->group_in;
    const int64_t most = g->group_out > CONVLAB_LANES ? TILE_2 : TILE_1;
    plan.merged = g->groups == 1 && g->horizontal.spacing == 1 && g->group_in < 6;
    plan.tile_length = plan.merged ? g->horizontal.taps * g->group_in : g->group_in;
    plan.tiles_per_group = ceil_divide(plan.tile_length, most);
    plan.tiles = plan.tiles_per_group * (plan.merged ? g->vertical.taps : g->groups);
    plan.blocks_per_group = ceil_divide(g->group_out, BLOCK);
    plan.blocks = g->groups * plan.blocks_per_group;
    plan.terms = g->vertical.taps * g->horizontal.taps * g->group_in;
    plan.strips = cut_strips(g->n, &g->vertical, &g->horizontal, channels, WEIGHT_STRIP_PIXELS, WEIGHT_COPY_FLOATS);
    plan_chunks(&plan, g, threads);
    return plan;
}

#endif
