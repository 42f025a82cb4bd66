/* How backward to weights through products of bfloat16 is cut up: strips and chunks depend on the shape alone. */
#ifndef CONVLAB_BFLOAT16_WEIGHT_PLAN_H
#define CONVLAB_BFLOAT16_WEIGHT_PLAN_H

#include "bfloat16_plan.h"

enum {
    BFLOAT16_WEIGHT_PIXELS = 512,                   /* outputs of a strip, so many terms of one sum, */
    BFLOAT16_WEIGHT_ELEMENTS = 256 * 1024,          /* or fewer where channels are many */
    BFLOAT16_MOST_CHUNKS = 16,
    BFLOAT16_BUFFERS_FLOATS = 8 * 1024 * 1024,      /* all chunks' buffers together, while there are several */
    BFLOAT16_COST_OF_REDUCTION = 8                  /* of one float of a buffer, in multiply-adds */
};

/* How the sums are cut up, and where scratch memory lies (in bytes; within a member's memory input pixels lie at 0). */
struct bfloat16_weight_plan {
    struct strips strips;
    struct grid grid;
    int terms;
    int64_t channels, taps;
    int64_t lines, line_positions;  /* of the largest strip: neighbouring positions, a whole number of pairs */
    int64_t left_row, left_term;    /* in elements */
    int64_t block_elements;         /* of right, one term */
    int64_t blocks_per_group, blocks, tiles_per_group, tiles, splits, chunks;
    int64_t buffer_floats;
    int64_t offsets, zeros, bias_sums, buffers, members;
    int64_t gradients, left, right, strip_bias, member_bytes;
};

static void place_weight_buffers(struct bfloat16_weight_plan *plan, int64_t bias_channels, int threads) {
    const int64_t float_bytes = sizeof(float), pointer_bytes = sizeof(float *);
    plan->offsets = threads * (int64_t)sizeof(struct findings);
    plan->zeros = round_up(plan->offsets + plan->lines * (int64_t)sizeof(int64_t), 64);
    plan->bias_sums = round_up(plan->zeros + larger(plan->channels, bias_channels) * float_bytes, 64);
    plan->buffers = round_up(plan->bias_sums + plan->chunks * bias_channels * float_bytes, 64);
    plan->members = round_up(plan->buffers + plan->chunks * plan->buffer_floats * float_bytes, 64);
    plan->gradients = round_up(plan->left_row * pointer_bytes, 64);
    plan->left = plan->gradients + round_up(plan->lines * plan->line_positions * pointer_bytes, 64);
    plan->right = plan->left + plan->terms * plan->left_term * 2;
    plan->strip_bias = plan->right + plan->blocks * plan->terms * plan->block_elements * 2;
    plan->member_bytes = round_up(plan->strip_bias + bias_channels * float_bytes, 64);
}

static struct bfloat16_weight_plan plan_bfloat16_weight(const struct tap_convolution *t, int terms, int threads) {
    const int64_t channels = t->groups * t->group_in, outputs = t->groups * t->group_out;
    const int64_t elements = BFLOAT16_WEIGHT_ELEMENTS / terms;
    const int64_t pixels =
        larger(BFLOAT16_LEAST_PIXELS, smaller(BFLOAT16_WEIGHT_PIXELS, elements / (channels + outputs)));
    struct bfloat16_weight_plan plan = {.terms = terms,
                                        .channels = channels,
                                        .taps = t->vertical.taps * t->horizontal.taps,
                                        .blocks_per_group = ceil_divide(t->group_out, BFLOAT16_BLOCK),
                                        .tiles_per_group = ceil_divide(t->group_in, MULTIPLY_ROWS)};
    plan.blocks = plan.blocks_per_group * t->groups;
    plan.tiles = plan.tiles_per_group * t->groups;
    plan.strips = cut_strips(t->n, &t->vertical, &t->horizontal, channels, pixels, elements);
    plan.grid = plan_grid(&t->vertical, &t->horizontal, &plan.strips);
    const struct strip largest = {0, plan.strips.images, 0, plan.strips.rows, 0, plan.strips.columns};
    plan.lines = MULTIPLY_LINES ? 1 : plan.strips.images * plan.strips.rows;
    plan.line_positions = round_up(MULTIPLY_LINES ? positions_of_strip(&plan.grid, &largest) : plan.strips.columns,
                                   2 * MULTIPLY_PAIRS);
    /* An odd number of cache lines, so that neighbouring rows do not fight for the same ones. */
    plan.left_row = round_up(plan.grid.plane + 2 * MULTIPLY_PAIRS, 64) + 32;
    plan.left_term = (plan.grid.planes * channels + MULTIPLY_READS) * plan.left_row;
    plan.block_elements = plan.lines * plan.line_positions * BFLOAT16_BLOCK;
    plan.buffer_floats = plan.blocks * plan.taps * t->group_in * BFLOAT16_BLOCK;
    const int64_t strips = strips_count(&plan.strips);
    plan.chunks = smaller(strips, smaller(BFLOAT16_MOST_CHUNKS, BFLOAT16_BUFFERS_FLOATS / plan.buffer_floats));
    plan.chunks = larger(1, plan.chunks);
    const int64_t wanted = threads > 1 ? threads * BFLOAT16_TASKS_PER_THREAD : 1;
    plan.splits = plan.chunks < wanted ? smaller(plan.tiles, ceil_divide(wanted, plan.chunks)) : 1;
    place_weight_buffers(&plan, outputs, threads);
    return plan;
}

#endif
