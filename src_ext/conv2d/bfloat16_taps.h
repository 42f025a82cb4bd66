/* Forward and backward to the input through products of bfloat16: a tap convolution (see taps.h).
 *
 * The input of a strip is split into terms once, laid out as a grid, and multiplied with each block of output channels.
 * Left are positions x terms of the sum, right are terms x output channels.
 */
#ifndef CONVLAB_BFLOAT16_TAPS_H
#define CONVLAB_BFLOAT16_TAPS_H

#include "bfloat16_pack.h"
#include "team.h"

/* Everything that the threads of one run share. */
struct bfloat16_run {
    const struct tap_convolution *t;
    const struct bfloat16_plan *plan;
    char *memory;
};

static inline struct findings *findings_of(const struct bfloat16_run *run, int member) {
    return (struct findings *)run->memory + member;
}

/* One segment of one block. */
static void pack_bfloat16_segment(void *context, int64_t number, int member) {
    const struct bfloat16_run *run = context;
    const struct tap_convolution *t = run->t;
    const struct bfloat16_plan *plan = run->plan;
    const int64_t segment = number % plan->segments, at = number / plan->segments;
    const int64_t columns = plan->segments == t->vertical.taps ? 1 : t->horizontal.taps;
    const struct bfloat16_block block = nth_bfloat16_block(t, plan->blocks_per_group, at);
    const float *w = t->w + block.group * t->w_group + block.first * t->w_out + segment / columns * t->w_row +
                     segment % columns * t->w_column;
    uint16_t *right = (uint16_t *)(run->memory + plan->weights) + at * plan->terms * plan->block_elements +
                      segment * plan->pairs * block.vectors * 32;
    uint32_t *least = &findings_of(run, member)->least_right;
    if (t->w_out == 1) {
        WITH_TERMS(plan->terms, pack_by_lanes, right, plan, t, w, &block, least);
    } else {
        WITH_TERMS(plan->terms, pack_by_terms, right, plan, t, w, &block, least);
    }
}

/* The input of a strip as a grid of terms, (term, plane, position, channel), zeros behind it. */
static void split_input(const struct bfloat16_run *run, const struct strip *strip, char *memory, int member) {
    const struct bfloat16_plan *plan = run->plan;
    const float **pixels = (const float **)memory, *zeros = (const float *)(run->memory + plan->zeros);
    const int64_t elements = plan->grid.plane * plan->channels, end = plan->grid.planes * elements;
    uint16_t *left = (uint16_t *)(memory + plan->left);
    uint32_t *least = &findings_of(run, member)->least_left;
    for (int64_t plane = 0; plane < plan->grid.planes; plane++) {
        uint16_t *target = left + plane * elements;
        list_plane(pixels, plan->grid.plane, &plan->grid, plane, strip, run->t->x, plan->channels, zeros);
        WITH_TERMS(plan->terms, split_pixels, target, plan->left_term, pixels, plan->grid.plane, plan->channels, least);
    }
    for (int term = 0; term < plan->terms; term++) {
        memset(left + term * plan->left_term + end, 0, (size_t)(plan->left_term - end) * sizeof(uint16_t));
    }
}

/* For each position from the strip's first output to its last, the output's pixel in y, or NULL. */
static void list_outputs(float **outputs, const struct bfloat16_run *run, const struct strip *strip) {
    const struct tap_convolution *t = run->t;
    const struct grid *grid = &run->plan->grid;
    memset(outputs, 0, (size_t)positions_of_strip(grid, strip) * sizeof(float *));
    for (int64_t n = strip->n0; n < strip->n1; n++) {
        for (int64_t h = strip->h0; h < strip->h1; h++) {
            float **target = outputs + (n - strip->n0) * grid->image + (h - strip->h0) * grid->row;
            for (int64_t w = strip->w0; w < strip->w1; w++) {
                *target++ = t->y + n * t->y_image + h * t->y_row + w * t->y_pixel;
            }
        }
    }
}

/* Sums and bias of one block to those of `rows` positions that are outputs; whether all are finite. */
static void write_block(const struct tap_convolution *t, const struct bfloat16_block *block, const float *sums,
                        float *const *outputs, int64_t rows, uint32_t *not_finite) {
    const int64_t first = block->group * t->group_out + block->first;
    __m512 check = _mm512_setzero_ps();
    for (int v = 0; v < block->vectors; v++) {
        const __mmask16 lanes = lanes_mask(block->channels - v * 16);
        const __m512 start =
            t->bias ? _mm512_maskz_loadu_ps(lanes, t->bias + first + v * 16) : _mm512_setzero_ps();
        for (int64_t row = 0; row < rows; row++) {
            if (outputs[row]) {
                const __m512 sum = _mm512_add_ps(_mm512_loadu_ps(sums + (row * block->vectors + v) * 16), start);
                check = _mm512_fmadd_ps(sum, _mm512_setzero_ps(), check); /* Inf and NaN leave NaN */
                _mm512_mask_storeu_ps(outputs[row] + first + v * 16, lanes, sum);
            }
        }
    }
    *not_finite |= _mm512_cmp_ps_mask(check, check, _CMP_UNORD_Q);
}

/* One block at `count` neighbouring positions. */
static void multiply_line(const struct bfloat16_run *run, const struct product *product,
                          const struct bfloat16_block *block, const uint16_t *left, const uint16_t *right,
                          float *const *outputs, int64_t count, uint32_t *not_finite) {
    float sums[MULTIPLY_ROWS * BFLOAT16_BLOCK] __attribute__((aligned(64)));
    const int64_t whole = MULTIPLY_LINES ? 1 : ceil_divide(count, MULTIPLY_ROWS); /* few rows: evenly dealt */
    const int64_t most = MULTIPLY_LINES ? MULTIPLY_ROWS : ceil_divide(count, whole);
    for (int64_t start = 0; start < count; start += most) {
        const int64_t rows = smaller(most, count - start);
        multiply(product, left + start * product->row, right, rows, sums, 0);
        write_block(run->t, block, sums, outputs + start, rows, not_finite);
    }
}

/* One block at all outputs of a strip. */
static void multiply_block(const struct bfloat16_run *run, int64_t number, const struct strip *strip,
                           const uint16_t *left, float *const *outputs, uint32_t *not_finite) {
    const struct tap_convolution *t = run->t;
    const struct bfloat16_plan *plan = run->plan;
    const struct grid *grid = &plan->grid;
    const struct bfloat16_block block = nth_bfloat16_block(t, plan->blocks_per_group, number);
    const struct product product = {.offsets = (const int64_t *)(run->memory + plan->offsets),
                                    .segments = plan->segments,
                                    .pairs = plan->pairs,
                                    .row = plan->channels,
                                    .left_term = plan->left_term,
                                    .right_term = plan->block_elements,
                                    .terms = plan->terms,
                                    .vectors = block.vectors};
    const uint16_t *right =
        (const uint16_t *)(run->memory + plan->weights) + number * plan->terms * plan->block_elements;
    left += block.group * t->group_in;
    if (MULTIPLY_LINES) {
        multiply_line(run, &product, &block, left, right, outputs, positions_of_strip(grid, strip), not_finite);
        return;
    }
    for (int64_t n = 0; n < strip->n1 - strip->n0; n++) {
        for (int64_t h = 0; h < strip->h1 - strip->h0; h++) {
            const int64_t at = n * grid->image + h * grid->row;
            multiply_line(run, &product, &block, left + at * plan->channels, right, outputs + at,
                          strip->w1 - strip->w0, not_finite);
        }
    }
}

/* phi over what a task has just written: whole rows where it owns all channels, else its part of each pixel. */
static void activate_strip(const struct bfloat16_run *run, const struct strip *strip, int64_t block0, int64_t block1) {
    const struct tap_convolution *t = run->t;
    const struct bfloat16_block first = nth_bfloat16_block(t, run->plan->blocks_per_group, block0);
    const struct bfloat16_block last = nth_bfloat16_block(t, run->plan->blocks_per_group, block1 - 1);
    const int64_t from = first.group * t->group_out + first.first;
    const int64_t count = last.group * t->group_out + last.first + last.channels - from;
    const int64_t columns = strip->w1 - strip->w0, whole = count == t->y_pixel;
    for (int64_t n = strip->n0; n < strip->n1; n++) {
        for (int64_t h = strip->h0; h < strip->h1; h++) {
            float *y = t->y + n * t->y_image + h * t->y_row + strip->w0 * t->y_pixel + from;
            for (int64_t w = 0; w < (whole ? 1 : columns); w++, y += t->y_pixel) {
                t->activation(y, y, whole ? columns * count : count, t->activation_parameters);
            }
        }
    }
}

/* One task: a strip, and a range of blocks. */
static void run_bfloat16_task(void *context, int64_t number, int member) {
    const struct bfloat16_run *run = context;
    const struct tap_convolution *t = run->t;
    const struct bfloat16_plan *plan = run->plan;
    const struct strip strip =
        nth_strip(&plan->strips, t->n, t->vertical.out, t->horizontal.out, number / plan->block_parts);
    const int64_t block0 = part_start(plan->blocks, plan->block_parts, number % plan->block_parts);
    const int64_t block1 = part_start(plan->blocks, plan->block_parts, number % plan->block_parts + 1);
    char *memory = run->memory + plan->members + member * plan->member_bytes;
    float **outputs = (float **)(memory + plan->outputs);
    if (plan->segments) { /* a phase without taps sees no input */
        split_input(run, &strip, memory, member);
    }
    list_outputs(outputs, run, &strip);
    enter_multiply();
    for (int64_t block = block0; block < block1; block++) {
        multiply_block(run, block, &strip, (const uint16_t *)(memory + plan->left), outputs,
                       &findings_of(run, member)->not_finite);
    }
    leave_multiply();
    if (t->activation) {
        activate_strip(run, &strip, block0, block1);
    }
}

/* Whether the result is as exact as `terms` terms promise; if not, y is to be written by another algorithm. */
static int run_bfloat16_taps(const struct tap_convolution *t, int terms, int threads, void *scratch) {
    const struct bfloat16_plan plan = plan_bfloat16(t, terms, threads);
    struct bfloat16_run run = {t, &plan, scratch};
    const int64_t tasks = strips_count(&plan.strips) * plan.block_parts, segments = plan.blocks * plan.segments;
    const int64_t weights = plan.blocks * plan.block_elements;
    const int64_t work = t->n * t->vertical.out * t->horizontal.out * weights;
    const int team = convlab_threads_for(work, tasks, threads);
    clear_findings(findings_of(&run, 0), threads);
    fill_offsets((int64_t *)(run.memory + plan.offsets), t, &plan);
    memset(run.memory + plan.zeros, 0, (size_t)plan.channels * sizeof(float));
    convlab_share(convlab_threads_for(weights * BFLOAT16_COST_OF_PACKING, segments, team), segments,
                  pack_bfloat16_segment, &run);
    convlab_share(team, tasks, run_bfloat16_task, &run);
    return is_sound(findings_of(&run, 0), threads, terms);
}

#endif
