/* Backward to weights and bias through products of bfloat16.
 *
 * The sums run over output positions: left are (channel, position) of x, one row for each channel and plane of the
 * grid, so that a tap is a shift of all rows; right are (position, output channel) of the gradient. Strips form chunks
 * with buffers of their own, which are added in order: neither depends on the threads.
 */
#ifndef CONVLAB_BFLOAT16_WEIGHT_H
#define CONVLAB_BFLOAT16_WEIGHT_H

#include "bfloat16_taps.h"

/* Everything that the threads of one run share. */
struct bfloat16_weight_run {
    const struct tap_convolution *t; /* the forward convolution */
    const struct bfloat16_weight_plan *plan;
    const float *dy;
    float *dw, *db;
    char *memory;
};

/* Input channels of tile number `tile`: its group, its first channel in the group, and how many. */
struct channel_tile {
    int64_t group, first, channels;
};

static inline struct channel_tile nth_channel_tile(const struct bfloat16_weight_run *run, int64_t tile) {
    const int64_t parts = run->plan->tiles_per_group, part = tile % parts;
    const int64_t first = MULTIPLY_LINES ? part * MULTIPLY_ROWS : part_start(run->t->group_in, parts, part);
    const int64_t end = MULTIPLY_LINES ? smaller(run->t->group_in, first + MULTIPLY_ROWS)
                                       : part_start(run->t->group_in, parts, part + 1);
    return (struct channel_tile){tile / parts, first, end - first};
}

/* Channels [c0, c1) of a strip's input, (term, plane, channel, position). */
static void split_channels(const struct bfloat16_weight_run *run, const struct strip *strip, int64_t c0, int64_t c1,
                           char *memory, uint32_t *least) {
    const struct bfloat16_weight_plan *plan = run->plan;
    const float **pixels = (const float **)memory, *zeros = (const float *)(run->memory + plan->zeros);
    for (int64_t plane = 0; plane < plan->grid.planes; plane++) {
        uint16_t *rows = (uint16_t *)(memory + plan->left) + plane * plan->channels * plan->left_row;
        list_plane(pixels, plan->left_row, &plan->grid, plane, strip, run->t->x, plan->channels, zeros);
        WITH_TERMS(plan->terms, split_plane, rows, plan, pixels, c0, c1, least);
    }
}

/* For each position of each line the gradient's pixel, or zeros; returns the number of lines. */
static int64_t list_gradients(const float **gradients, const struct bfloat16_weight_run *run,
                              const struct strip *strip) {
    const struct tap_convolution *t = run->t;
    const struct bfloat16_weight_plan *plan = run->plan;
    const int64_t rows = strip->h1 - strip->h0, outputs = t->groups * t->group_out;
    const int64_t lines = MULTIPLY_LINES ? 1 : (strip->n1 - strip->n0) * rows;
    for (int64_t i = 0; i < lines * plan->line_positions; i++) {
        gradients[i] = (const float *)(run->memory + plan->zeros);
    }
    for (int64_t n = 0; n < strip->n1 - strip->n0; n++) {
        for (int64_t h = 0; h < rows; h++) {
            const float **target = gradients + (MULTIPLY_LINES ? n * plan->grid.image + h * plan->grid.row
                                                               : (n * rows + h) * plan->line_positions);
            const int64_t row = (strip->n0 + n) * t->vertical.out + strip->h0 + h;
            const float *dy = run->dy + (row * t->horizontal.out + strip->w0) * outputs;
            for (int64_t w = strip->w0; w < strip->w1; w++, dy += outputs) {
                *target++ = dy;
            }
        }
    }
    return lines;
}

static inline struct bfloat16_block nth_gradient_block(const struct bfloat16_weight_run *run, int64_t number) {
    return nth_bfloat16_block(run->t, run->plan->blocks_per_group, number);
}

/* Blocks [block0, block1) of the gradient at `positions` positions. */
static void split_blocks(const struct bfloat16_weight_run *run, const float *const *gradients, int64_t positions,
                         int64_t block0, int64_t block1, char *memory, uint32_t *least) {
    const struct bfloat16_weight_plan *plan = run->plan;
    for (int64_t number = block0; number < block1; number++) {
        const struct bfloat16_block block = nth_gradient_block(run, number);
        const int64_t first = block.group * run->t->group_out + block.first, term = plan->block_elements;
        uint16_t *right = (uint16_t *)(memory + plan->right) + number * plan->terms * term;
        WITH_TERMS(plan->terms, split_gradients, right, term, gradients, positions, first, block.channels, least);
    }
}

/* A strip's sum of the gradient to or onto a chunk's. */
static void add_strip_bias(const struct bfloat16_weight_run *run, const struct strip *strip, float *sums,
                           float *strip_sums, int begins) {
    const struct tap_convolution *t = run->t;
    const int64_t channels = t->groups * t->group_out;
    memset(strip_sums, 0, (size_t)channels * sizeof(float));
    for (int64_t n = strip->n0; n < strip->n1; n++) {
        for (int64_t h = strip->h0; h < strip->h1; h++) {
            const float *dy = run->dy + ((n * t->vertical.out + h) * t->horizontal.out + strip->w0) * channels;
            for (int64_t w = strip->w0; w < strip->w1; w++, dy += channels) {
                for (int64_t k = 0; k < channels; k++) {
                    strip_sums[k] += dy[k];
                }
            }
        }
    }
    for (int64_t k = 0; k < channels; k++) {
        sums[k] = begins ? strip_sums[k] : sums[k] + strip_sums[k];
    }
}

/* All taps of one tile of input channels with all blocks of its group: buffer is (block, tap, channel, lane). */
static void multiply_channels(const struct bfloat16_weight_run *run, const struct product *shape, int64_t number,
                              const char *memory, float *buffer, int adds) {
    const struct tap_convolution *t = run->t;
    const struct bfloat16_weight_plan *plan = run->plan;
    const struct channel_tile tile = nth_channel_tile(run, number);
    const uint16_t *left = (const uint16_t *)(memory + plan->left);
    const uint16_t *right = (const uint16_t *)(memory + plan->right);
    for (int64_t b = tile.group * plan->blocks_per_group; b < (tile.group + 1) * plan->blocks_per_group; b++) {
        struct product product = *shape;
        product.vectors = nth_gradient_block(run, b).vectors;
        for (int64_t tap = 0; tap < plan->taps; tap++) {
            const int64_t i = tap / t->horizontal.taps, j = tap % t->horizontal.taps;
            const int64_t channel = tile.group * t->group_in + tile.first;
            const int64_t row = plane_of_tap(&plan->grid, i, j) * plan->channels + channel;
            float *sums = buffer + (b * plan->taps + tap) * t->group_in * BFLOAT16_BLOCK +
                          tile.first * product.vectors * 16;
            multiply(&product, left + row * plan->left_row + shift_of_tap(&plan->grid, i, j),
                     right + b * plan->terms * plan->block_elements, tile.channels, sums, adds);
        }
    }
}

/* One strip's part in some tiles of one chunk. */
static void add_strip(const struct bfloat16_weight_run *run, const struct strip *strip, int64_t tile0, int64_t tile1,
                      char *memory, struct findings *findings, float *buffer, int begins) {
    const struct tap_convolution *t = run->t;
    const struct bfloat16_weight_plan *plan = run->plan;
    const struct channel_tile first = nth_channel_tile(run, tile0), last = nth_channel_tile(run, tile1 - 1);
    const float **gradients = (const float **)(memory + plan->gradients);
    const int64_t lines = list_gradients(gradients, run, strip);
    split_channels(run, strip, first.group * t->group_in + first.first,
                   last.group * t->group_in + last.first + last.channels, memory, &findings->least_left);
    split_blocks(run, gradients, lines * plan->line_positions, first.group * plan->blocks_per_group,
                 (last.group + 1) * plan->blocks_per_group, memory, &findings->least_right);
    const struct product shape = {.offsets = (const int64_t *)(run->memory + plan->offsets),
                                  .segments = lines,
                                  .pairs = plan->line_positions / 2,
                                  .row = plan->left_row,
                                  .left_term = plan->left_term,
                                  .right_term = plan->block_elements,
                                  .terms = plan->terms};
    enter_multiply();
    for (int64_t tile = tile0; tile < tile1; tile++) {
        multiply_channels(run, &shape, tile, memory, buffer, !begins);
    }
    leave_multiply();
}

/* One task: a chunk, and a range of tiles of input channels. */
static void run_bfloat16_weight_task(void *context, int64_t number, int member) {
    const struct bfloat16_weight_run *run = context;
    const struct tap_convolution *t = run->t;
    const struct bfloat16_weight_plan *plan = run->plan;
    const int64_t chunk = number / plan->splits, part = number % plan->splits, strips = strips_count(&plan->strips);
    const int64_t first = part_start(strips, plan->chunks, chunk), channels = t->groups * t->group_out;
    char *memory = run->memory + plan->members + member * plan->member_bytes;
    float *buffer = (float *)(run->memory + plan->buffers) + chunk * plan->buffer_floats;
    for (int64_t s = first; s < part_start(strips, plan->chunks, chunk + 1); s++) {
        const struct strip strip = nth_strip(&plan->strips, t->n, t->vertical.out, t->horizontal.out, s);
        add_strip(run, &strip, part_start(plan->tiles, plan->splits, part),
                  part_start(plan->tiles, plan->splits, part + 1), memory, (struct findings *)run->memory + member,
                  buffer, s == first);
        if (part == 0 && run->db) {
            add_strip_bias(run, &strip, (float *)(run->memory + plan->bias_sums) + chunk * channels,
                           (float *)(memory + plan->strip_bias), s == first);
        }
    }
}

/* dw[k, tap, c] of one block and tap: all chunks added in order, 16 channels x 16 lanes transposed. */
static void reduce_bfloat16_tap(void *context, int64_t number, int member) {
    const struct bfloat16_weight_run *run = context;
    const struct bfloat16_weight_plan *plan = run->plan;
    const int64_t inputs = run->t->group_in, tap = number % plan->taps, at = number / plan->taps;
    const struct bfloat16_block block = nth_gradient_block(run, at);
    const float *buffers = (const float *)(run->memory + plan->buffers) + number * inputs * BFLOAT16_BLOCK;
    float *dw = run->dw + ((block.group * run->t->group_out + block.first) * plan->taps + tap) * inputs;
    __m512 check = _mm512_setzero_ps();
    for (int v = 0; v < block.vectors; v++) {
        for (int64_t c = 0; c < inputs; c += 16) {
            __m512i matrix[16];
            for (int64_t i = 0; i < 16; i++) {
                const float *from = buffers + ((c + smaller(i, inputs - 1 - c)) * block.vectors + v) * 16;
                __m512 sum = _mm512_loadu_ps(from);
                for (int64_t chunk = 1; chunk < plan->chunks; chunk++) {
                    sum = _mm512_add_ps(sum, _mm512_loadu_ps(from + chunk * plan->buffer_floats));
                }
                check = _mm512_fmadd_ps(sum, _mm512_setzero_ps(), check);
                matrix[i] = _mm512_castps_si512(sum);
            }
            transpose_16x16(matrix);
            for (int64_t lane = 0; lane < smaller(16, block.channels - v * 16); lane++) {
                _mm512_mask_storeu_epi32(dw + (v * 16 + lane) * plan->taps * inputs + c, lanes_mask(inputs - c),
                                         matrix[lane]);
            }
        }
    }
    ((struct findings *)run->memory + member)->not_finite |= _mm512_cmp_ps_mask(check, check, _CMP_UNORD_Q);
}

static void reduce_bfloat16_bias(const struct bfloat16_weight_run *run) {
    const int64_t channels = run->t->groups * run->t->group_out;
    const float *sums = (const float *)(run->memory + run->plan->bias_sums);
    for (int64_t k = 0; run->db && k < channels; k++) {
        float sum = sums[k];
        for (int64_t chunk = 1; chunk < run->plan->chunks; chunk++) {
            sum += sums[chunk * channels + k];
        }
        run->db[k] = sum;
    }
}

static int64_t bfloat16_weight_scratch_bytes(const struct tap_convolution *t, int terms, int threads) {
    const struct bfloat16_weight_plan plan = plan_bfloat16_weight(t, terms, threads);
    return plan.members + threads * plan.member_bytes;
}

/* Whether the result is as exact as `terms` terms promise; if not, it is to be written by another algorithm. */
static int run_bfloat16_weight(const struct tap_convolution *t, const struct convlab_conv2d_arguments *arguments,
                               int terms, int threads, void *scratch) {
    const struct bfloat16_weight_plan plan = plan_bfloat16_weight(t, terms, threads);
    struct bfloat16_weight_run run = {t, &plan, arguments->weight, arguments->out, arguments->out_bias, scratch};
    const int64_t tasks = plan.chunks * plan.splits, pixels = t->n * t->vertical.out * t->horizontal.out;
    const int team = convlab_threads_for(pixels * plan.buffer_floats, tasks, threads);
    const int64_t additions = plan.chunks * plan.buffer_floats * BFLOAT16_COST_OF_REDUCTION;
    struct findings *findings = scratch;
    int64_t *offsets = (int64_t *)(run.memory + plan.offsets);
    clear_findings(findings, threads);
    for (int64_t line = 0; line < plan.lines; line++) {
        offsets[line] = line / plan.strips.rows * plan.grid.image + line % plan.strips.rows * plan.grid.row;
    }
    memset(run.memory + plan.zeros, 0, (size_t)larger(plan.channels, t->groups * t->group_out) * sizeof(float));
    convlab_share(team, tasks, run_bfloat16_weight_task, &run);
    convlab_share(convlab_threads_for(additions, plan.blocks * plan.taps, team), plan.blocks * plan.taps,
                  reduce_bfloat16_tap, &run);
    reduce_bfloat16_bias(&run);
    return is_sound(findings, threads, terms);
}

#endif
