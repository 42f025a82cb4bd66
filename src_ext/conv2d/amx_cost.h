/* Whether AMX pays: its cost beside that of what AVX-512 has for a problem, in multiply-adds of the direct kernel.
 *
 * Fitted by hand to a few measurements on one Sapphire Rapids core, 3x3 kernels, forward, in GFLOP/s of the direct
 * sum's operations; to be fitted again where there is an AMX machine to measure on:
 *                            direct   Winograd   bf16x3   bf16x6
 *   64 -> 64 at 32x32           169        423      497      315
 *   128 -> 128 at 16x16         185        408      651      378
 *   64 -> 64 at 8x8             185        471      563      353
 * The direct kernel does 175. Tiles do 2,700 of their peak of 3,000. Splitting an input value or writing an output
 * value takes 0.5 ns, in which the direct kernel does 44 multiply-adds.
 */
#ifndef CONVLAB_AMX_COST_H
#define CONVLAB_AMX_COST_H

#include "bfloat16_body.h"

enum {
    AMX_SPEED = 15,        /* multiply-adds of one product of terms, beside the direct kernel's */
    AMX_COST_OF_VALUE = 44 /* of input or output */
};

/* What else a problem could run through, and its speed beside the direct kernel's in percent. */
static const struct {
    const char *name;
    int64_t speed;
} float_speeds[] = {
    {"winograd4", 240}, {"winograd4_complex", 190}, {"winograd2", 150}, {"winograd4_complex_5", 210},
    {"winograd4_5", 300}};

/* Products of terms that count. */
static inline int64_t products_of_terms(int terms) { return terms * (terms + 1) / 2; }

static inline int64_t positions_of_strips(const struct strips *strips, const struct grid *grid) {
    const struct strip largest = {0, strips->images, 0, strips->rows, 0, strips->columns};
    return strips_count(strips) * positions_of_strip(grid, &largest);
}

/* Multiply-adds of all tiles: with the positions, channels and terms of the sum that only fill them. */
static int64_t multiply_adds_of_tiles(int operation, const struct tap_convolution *t, int terms) {
    const int64_t lanes = t->groups * round_up(t->group_out, TILE_ROWS);
    if (operation == CONVLAB_CONV2D_BACKWARD_WEIGHT) {
        const struct bfloat16_weight_plan plan = plan_bfloat16_weight(t, terms, 1);
        return positions_of_strips(&plan.strips, &plan.grid) * lanes * plan.taps * round_up(t->group_in, TILE_ROWS);
    }
    const struct bfloat16_plan plan = plan_bfloat16(t, terms, 1);
    return positions_of_strips(&plan.strips, &plan.grid) * lanes * plan.segments * plan.pairs * 2;
}

/* Multiply-adds of the direct kernel that take as long as an operation with so many terms. */
static int64_t amx_cost(int operation, const struct convlab_conv2d_problem *q, int terms) {
    const struct convlab_conv2d_arguments nothing = {0};
    const int64_t phases = operation == CONVLAB_CONV2D_BACKWARD_INPUT ? phases_count(q) : 1;
    /* each phase of backward to the input splits the whole gradient */
    int64_t cost = AMX_COST_OF_VALUE * q->n * (q->h * q->w * q->c + phases * q->oh * q->ow * q->k);
    for (int64_t phase = 0; phase < phases; phase++) {
        const struct tap_convolution t = nth_taps(operation, q, &nothing, phase);
        cost += products_of_terms(terms) * multiply_adds_of_tiles(operation, &t, terms) / AMX_SPEED;
    }
    return cost;
}

/* What the fastest of AVX-512's algorithms costs. */
static int64_t float_cost(int operation, const struct convlab_conv2d_problem *q) {
    const int64_t direct = q->n * q->oh * q->ow * q->k * q->r * q->s * (q->c / q->groups);
    const struct convlab_conv2d_algorithm *algorithm = convlab_conv2d_table__avx512.algorithms[operation];
    for (; algorithm->name != NULL; algorithm++) {
        for (size_t i = 0; i < sizeof float_speeds / sizeof *float_speeds; i++) {
            if (strcmp(algorithm->name, float_speeds[i].name) == 0 && algorithm->refuse(q) == NULL) {
                return direct * 100 / float_speeds[i].speed;
            }
        }
    }
    return direct;
}

/* NULL, or why a number of terms with errors of `precision` does not do a problem. */
static const char *refuse_amx(int operation, const struct convlab_conv2d_problem *problem, int terms, int precision) {
    const char *reason = refuse_bfloat16(problem, precision);
    if (reason != NULL) {
        return reason;
    }
    struct convlab_conv2d_problem image = *problem;
    image.n = 1; /* the bits of an image must not depend on its neighbours */
    return amx_cost(operation, &image, terms) < float_cost(operation, &image)
               ? NULL
               : "by estimate slower than float32: too few channels to pay for splitting, or Winograd saves more";
}

#endif
