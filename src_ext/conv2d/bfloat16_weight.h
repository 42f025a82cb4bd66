/* Backward to weights and bias through products of bfloat16.
 *
 * The sums run over output positions: left are (channel, position) of x, one row for each channel and plane of the
 * grid, so that a tap is a shift of all rows; right are (position, output channel) of the gradient. Strips form chunks
 * with buffers of their own, which are added in order: neither depends on the threads.
 */
#ifndef CONVLAB_BFLOAT16_WEIGHT_H
#define CONVLAB_BFLOAT16_WEIGHT_H

#include "bfloat16_taps.h"

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

/* Channels [c0, c1) of all positions of one plane to rows: 16 channels x 32 positions at a time, transposed. */
CONVLAB_INLINE void split_plane(const int TERMS, uint16_t *rows, const struct bfloat16_weight_plan *plan,
                                const float *const *pixels, int64_t c0, int64_t c1, uint32_t *least) {
    __m512i found = _mm512_set1_epi32(-1), terms[3], matrix[3][16];
    for (int64_t position = 0; position < plan->left_row; position += 32) {
        for (int64_t c = c0; c < c1; c += 16) {
            const __mmask16 lanes = lanes_mask(c1 - c);
            for (int i = 0; i < 16; i++) {
                const __m512 first = _mm512_maskz_loadu_ps(lanes, pixels[position + 2 * i] + c);
                const __m512 second = _mm512_maskz_loadu_ps(lanes, pixels[position + 2 * i + 1] + c);
                note_magnitude(&found, first);
                note_magnitude(&found, second);
                split_pairs(TERMS, first, second, terms);
                UNROLL for (int term = 0; term < TERMS; term++) { matrix[term][i] = terms[term]; }
            }
            UNROLL for (int term = 0; term < TERMS; term++) {
                transpose_16x16(matrix[term]);
                for (int64_t i = 0; i < smaller(16, c1 - c); i++) {
                    uint16_t *target = rows + term * plan->left_term + (c + i) * plan->left_row + position;
                    _mm512_storeu_si512(target, matrix[term][i]);
                }
            }
        }
    }
    note_least(least, found);
}

/* Channels [c0, c1) of a strip's input, (term, plane, channel, position). */
static void split_channels(const struct bfloat16_weight_run *run, const struct strip *strip, int64_t c0, int64_t c1,
                           char *memory, uint32_t *least) {
    const struct bfloat16_weight_plan *plan = run->plan;
    const float **pixels = (const float **)memory, *zeros = (const float *)(run->memory + plan->zeros);
    for (int64_t plane = 0; plane < plan->grid.planes; plane++) {
        uint16_t *rows = (uint16_t *)(memory + plan->left) + plane * plan->channels * plan->left_row;
        list_plane(pixels, plan->left_row, &plan->grid, plane, strip, run->t->x, plan->channels, zeros);
        if (plan->terms == 1) {
            split_plane(1, rows, plan, pixels, c0, c1, least);
        } else if (plan->terms == 2 && MULTIPLY_TERMS > 1) {
            split_plane(2, rows, plan, pixels, c0, c1, least);
        } else if (MULTIPLY_TERMS > 1) {
            split_plane(3, rows, plan, pixels, c0, c1, least);
        }
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

/* One block of the gradient, (pair of positions, vector, lane, 2). */
CONVLAB_INLINE void split_gradients(const int TERMS, uint16_t *right, int64_t right_term,
                                    const float *const *gradients, int64_t positions, int64_t first, int64_t channels,
                                    uint32_t *least) {
    const int vectors = channels > 16 ? 2 : 1;
    __m512i found = _mm512_set1_epi32(-1), terms[3];
    for (int64_t i = 0; i < positions; i += 2) {
        for (int v = 0; v < vectors; v++, right += 32) {
            const __mmask16 lanes = lanes_mask(channels - v * 16);
            const __m512 low = _mm512_maskz_loadu_ps(lanes, gradients[i] + first + v * 16);
            const __m512 high = _mm512_maskz_loadu_ps(lanes, gradients[i + 1] + first + v * 16);
            note_magnitude(&found, low);
            note_magnitude(&found, high);
            split_pairs(TERMS, low, high, terms);
            UNROLL for (int term = 0; term < TERMS; term++) {
                _mm512_storeu_si512(right + term * right_term, terms[term]);
            }
        }
    }
    note_least(least, found);
}

static inline struct bfloat16_block nth_gradient_block(const struct bfloat16_weight_run *run, int64_t number) {
    const int64_t first = number % run->plan->blocks_per_group * BFLOAT16_BLOCK;
    const int64_t channels = smaller(BFLOAT16_BLOCK, run->t->group_out - first);
    return (struct bfloat16_block){number / run->plan->blocks_per_group, first, channels, channels > 16 ? 2 : 1};
}

/* Blocks [block0, block1) of the gradient at `positions` positions. */
static void split_blocks(const struct bfloat16_weight_run *run, const float *const *gradients, int64_t positions,
                         int64_t block0, int64_t block1, char *memory, uint32_t *least) {
    const struct bfloat16_weight_plan *plan = run->plan;
    for (int64_t number = block0; number < block1; number++) {
        const struct bfloat16_block block = nth_gradient_block(run, number);
        const int64_t first = block.group * run->t->group_out + block.first, term = plan->block_elements;
        uint16_t *right = (uint16_t *)(memory + plan->right) + number * plan->terms * term;
        if (plan->terms == 1) {
            split_gradients(1, right, term, gradients, positions, first, block.channels, least);
        } else if (plan->terms == 2 && MULTIPLY_TERMS > 1) {
            split_gradients(2, right, term, gradients, positions, first, block.channels, least);
        } else if (MULTIPLY_TERMS > 1) {
            split_gradients(3, right, term, gradients, positions, first, block.channels, least);
        }
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
