/* How a tap convolution through products of bfloat16 is cut up, and its blocks of output channels. */
#ifndef CONVLAB_BFLOAT16_PLAN_H
#define CONVLAB_BFLOAT16_PLAN_H

#include "bfloat16.h"
#include "bfloat16_grid.h"
#include "bfloat16_product.h"

enum {
    BFLOAT16_BLOCK = 32,                     /* output channels */
    BFLOAT16_STRIP_PIXELS = 1024,            /* outputs of a strip, */
    BFLOAT16_LEAST_PIXELS = 64,              /* or so many where channels are many, */
    BFLOAT16_STRIP_ELEMENTS = 192 * 1024,    /* so that its terms stay in the second-level cache */
    BFLOAT16_TASKS_PER_THREAD = 3,
    BFLOAT16_COST_OF_PACKING = 8             /* of one weight, in multiply-adds */
};

/* How a tap convolution is cut up, and where its scratch memory lies (in bytes). */
struct bfloat16_plan {
    struct strips strips;
    struct grid grid;
    int terms;
    int64_t channels;
    int64_t segments, segment_length, pairs; /* a segment: neighbouring input values, in pairs */
    int64_t blocks_per_group, blocks, block_parts;
    int64_t block_elements, left_term;
    int64_t offsets, zeros, weights, members; /* findings of all members lie at 0 */
    int64_t outputs, left, member_bytes;      /* within a member's memory: input pixels lie at 0 */
};

/* Cuts the outputs; more pieces for more threads: no sum depends on where the cuts are. */
static void plan_bfloat16_tasks(struct bfloat16_plan *plan, const struct tap_convolution *t, int threads) {
    const int64_t elements = BFLOAT16_STRIP_ELEMENTS / plan->terms;
    const int64_t pixels = larger(BFLOAT16_LEAST_PIXELS, smaller(BFLOAT16_STRIP_PIXELS, elements / plan->channels));
    const int64_t wanted = threads > 1 ? threads * BFLOAT16_TASKS_PER_THREAD : 1;
    plan->strips = cut_strips(t->n, &t->vertical, &t->horizontal, plan->channels, pixels, elements);
    if (plan->strips.images > 1 && plan->strips.parts_n < wanted) {
        plan->strips.parts_n = smaller(t->n, wanted);
        plan->strips.images = ceil_divide(t->n, plan->strips.parts_n);
    }
    const int64_t strips = larger(1, strips_count(&plan->strips));
    plan->block_parts = strips < wanted ? smaller(plan->blocks, ceil_divide(wanted, strips)) : 1;
}

static struct bfloat16_plan plan_bfloat16(const struct tap_convolution *t, int terms, int threads) {
    const int64_t rows = t->vertical.taps, columns = t->horizontal.taps;
    const int merges = t->groups == 1 && t->horizontal.spacing == 1 && t->horizontal.step == 1;
    struct bfloat16_plan plan = {.terms = terms,
                                 .channels = t->groups * t->group_in,
                                 .segments = merges && columns ? rows : rows * columns,
                                 .segment_length = merges ? columns * t->group_in : t->group_in,
                                 .blocks_per_group = ceil_divide(t->group_out, BFLOAT16_BLOCK)};
    plan.pairs = round_up(ceil_divide(plan.segment_length, 2), MULTIPLY_PAIRS);
    plan.blocks = plan.blocks_per_group * t->groups;
    plan.block_elements = plan.segments * plan.pairs * 2 * BFLOAT16_BLOCK;
    plan_bfloat16_tasks(&plan, t, threads);
    plan.grid = plan_grid(&t->vertical, &t->horizontal, &plan.strips);
    /* Behind the last position: what a segment in whole pairs reads beyond it, and rows that only fill a tile. */
    const int64_t behind = 2 * MULTIPLY_PAIRS + (MULTIPLY_READS - 1) * plan.channels;
    plan.left_term = round_up(plan.grid.planes * plan.grid.plane * plan.channels + behind, 32);
    plan.offsets = threads * (int64_t)sizeof(struct findings);
    plan.zeros = round_up(plan.offsets + plan.segments * (int64_t)sizeof(int64_t), 64);
    plan.weights = round_up(plan.zeros + plan.channels * (int64_t)sizeof(float), 64);
    plan.members = plan.weights + plan.blocks * terms * plan.block_elements * 2;
    plan.outputs = round_up(plan.grid.plane * (int64_t)sizeof(float *), 64);
    plan.left = plan.outputs + round_up(plan.grid.plane * (int64_t)sizeof(float *), 64);
    plan.member_bytes = plan.left + terms * plan.left_term * 2;
    return plan;
}

static int64_t bfloat16_scratch_bytes(const struct tap_convolution *t, int terms, int threads) {
    const struct bfloat16_plan plan = plan_bfloat16(t, terms, threads);
    return plan.members + threads * plan.member_bytes;
}

/* Where the segments begin, counted from an output's position. */
static void fill_offsets(int64_t *offsets, const struct tap_convolution *t, const struct bfloat16_plan *plan) {
    const int64_t columns = plan->segments == t->vertical.taps ? 1 : t->horizontal.taps;
    for (int64_t s = 0; s < plan->segments; s++) {
        const int64_t i = s / columns, j = s % columns;
        offsets[s] = (plane_of_tap(&plan->grid, i, j) * plan->grid.plane + shift_of_tap(&plan->grid, i, j)) *
                     plan->channels;
    }
}

/* One block of output channels. */
struct bfloat16_block {
    int64_t group, first, channels; /* first: within the group */
    int vectors;
};

static inline struct bfloat16_block nth_bfloat16_block(const struct tap_convolution *t,
                                                       int64_t blocks_per_group, int64_t number) {
    const int64_t first = number % blocks_per_group * BFLOAT16_BLOCK;
    const int64_t channels = smaller(BFLOAT16_BLOCK, t->group_out - first);
    return (struct bfloat16_block){number / blocks_per_group, first, channels, channels > 16 ? 2 : 1};
}

#endif
