/* Winograd F(4x4, 3x3), forward and backward to the input: both are tap convolutions of 3x3 taps.
 *
 * Some tiles at a time: inputs are transformed, multiplied with the transformed kernels point by point (36
 * products of matrices, by the tiles of the direct kernel), and transformed back. A NaN spreads to all outputs
 * of the tiles whose 6x6 inputs hold it: up to three pixels beyond the windows that see it.
 */
#ifndef CONVLAB_WINOGRAD_H
#define CONVLAB_WINOGRAD_H

#include "pack.h"
#include "team.h"
#include "winograd_tiles.h"

enum {
    WINOGRAD_BATCH_FLOATS = 512 * 1024, /* transformed inputs and outputs of the tiles at work */
    WINOGRAD_TILES_AT_ONCE = 48,        /* but so many tiles at least share one reading of the kernels, */
    WINOGRAD_LEAST_TILES = 12,          /* or so many where there is work for several threads */
    WINOGRAD_TASKS_PER_THREAD = 3,
    WINOGRAD_PACKED_INPUTS = 8 /* input channels whose kernels are transformed together */
};

/* How the tiles are shared out, and where scratch memory lies (offsets in floats). */
struct winograd_plan {
    struct tiling tiles;
    int64_t in, out; /* channels */
    int64_t tasks, tiles_at_once, blocks;
    int64_t in_row, in_plane, out_row, out_plane;
    int64_t products, inputs, member_floats; /* kernels lie at 0; then each member's products and inputs */
};

/* Smaller tasks for more threads: no sum depends on where the cuts are. */
static struct winograd_plan plan_winograd(const struct tap_convolution *t, int threads) {
    struct winograd_plan plan = {.tiles = cut_tiles(t->n, t->vertical.out, t->horizontal.out),
                                 .in = t->group_in,
                                 .out = t->group_out,
                                 .blocks = ceil_divide(t->group_out, BLOCK),
                                 .in_row = transformed_row(t->group_in),
                                 .out_row = transformed_row(t->group_out)};
    const int64_t of_tile = WINOGRAD_POINTS * (plan.in_row + plan.out_row);
    const int64_t wanted = threads > 1 ? threads * WINOGRAD_TASKS_PER_THREAD : 1;
    const int64_t most = larger(WINOGRAD_TILES_AT_ONCE, WINOGRAD_BATCH_FLOATS / of_tile);
    const int64_t fair = larger(WINOGRAD_LEAST_TILES, ceil_divide(plan.tiles.count, wanted));
    plan.tasks = ceil_divide(plan.tiles.count, smaller(most, fair));
    plan.tiles_at_once = ceil_divide(plan.tiles.count, larger(1, plan.tasks));
    plan.in_plane = transformed_plane(plan.tiles_at_once, plan.in_row);
    plan.out_plane = transformed_plane(plan.tiles_at_once, plan.out_row);
    plan.products = WINOGRAD_POINTS * plan.blocks * plan.in * BLOCK;
    plan.inputs = plan.products + WINOGRAD_POINTS * plan.out_plane;
    plan.member_floats = WINOGRAD_POINTS * (plan.out_plane + plan.in_plane);
    return plan;
}

/* Everything that the threads of one run share. */
struct winograd_run {
    const struct tap_convolution *t;
    const struct winograd_plan *plan;
    float *memory;
};

/* G g G^T of one block of output channels and some input channels: (point, block, input, lane). */
static void transform_kernels(void *context, int64_t number, int member) {
    const struct winograd_run *run = context;
    const struct tap_convolution *t = run->t;
    const struct winograd_plan *plan = run->plan;
    const int64_t block = number % plan->blocks, first = number / plan->blocks * WINOGRAD_PACKED_INPUTS;
    const int64_t inputs = smaller(WINOGRAD_PACKED_INPUTS, plan->in - first);
    const int64_t channels = smaller(BLOCK, plan->out - block * BLOCK);
    const int64_t width = block_vectors(channels) * CONVLAB_LANES, plane = plan->blocks * plan->in * BLOCK;
    float packed[WINOGRAD_TAPS * WINOGRAD_TAPS * WINOGRAD_PACKED_INPUTS * BLOCK];
    float *target = run->memory + block * plan->in * BLOCK + first * width;
    (void)member;
    pack_block(packed, t, t->w + block * BLOCK * t->w_out + first * t->w_in, channels, inputs);
    for (int64_t at = 0; at < inputs * width; at += CONVLAB_LANES) {
        vector_float g[WINOGRAD_TAPS * WINOGRAD_TAPS], u[WINOGRAD_POINTS];
        for (int i = 0; i < WINOGRAD_TAPS * WINOGRAD_TAPS; i++) {
            g[i] = vector_load(packed + i * inputs * width + at);
        }
        transform_kernel(g, u);
        for (int i = 0; i < WINOGRAD_POINTS; i++) {
            vector_store(target + i * plane + at, u[i]);
        }
    }
}

/* products[point, tile, out] = sum over input channels of inputs[point, tile, in] * kernels[point, in, out] */
static void multiply_points(const struct winograd_run *run, int64_t tiles, const float *inputs, float *products) {
    static const float no_bias[BLOCK] = {0};
    const struct winograd_plan *plan = run->plan;
    const struct piece all = {0, plan->in, 1};
    for (int64_t point = 0; point < WINOGRAD_POINTS; point++) {
        for (int64_t block = 0; block < plan->blocks; block++) {
            const int vectors = block_vectors(plan->out - block * BLOCK);
            const int64_t parts = ceil_divide(tiles, vectors == 2 ? TILE_2 : TILE_1);
            const struct tile_job job = {
                .pieces = &all,
                .pieces_count = 1,
                .x_pixel = plan->in_row,
                .y_pixel = plan->out_row,
                .w = run->memory + (point * plan->blocks + block) * plan->in * BLOCK,
                .bias = no_bias,
                .lanes = CONVLAB_LANES,
                .first = 1,
                .last = 1,
            };
            for (int64_t part = 0; part < parts; part++) {
                const int64_t start = part_start(tiles, parts, part);
                tap_tiles[vectors - 1][part_start(tiles, parts, part + 1) - start](
                    &job, inputs + point * plan->in_plane + start * plan->in_row, NULL,
                    products + point * plan->out_plane + start * plan->out_row + block * BLOCK);
            }
        }
    }
}

/* A^T m A of one tile, with bias and activation, to the outputs that exist. */
static void write_outputs(const struct winograd_run *run, int64_t tile, const float *products) {
    const struct tap_convolution *t = run->t;
    const struct winograd_plan *plan = run->plan;
    const struct window window =
        window_of_tile(&plan->tiles, tile, t->vertical.out, t->horizontal.out, plan->out, WINOGRAD_OUT, 0, 0);
    float *corner = t->y + window.offset;
    for (int64_t k = 0; k < plan->out; k += CONVLAB_LANES) {
        const int64_t lanes = smaller(CONVLAB_LANES, plan->out - k);
        const vector_float bias = t->bias ? vector_load_partial(t->bias + k, lanes) : (vector_float){0};
        vector_float m[WINOGRAD_POINTS], y[WINOGRAD_OUT * WINOGRAD_OUT];
        for (int i = 0; i < WINOGRAD_POINTS; i++) {
            m[i] = vector_load(products + i * plan->out_plane + k);
        }
        transform_output(m, y);
        for (int64_t i = 0; i < window.row1; i++) {
            for (int64_t j = 0; j < window.column1; j++) {
                vector_store_partial(corner + i * window.row + j * window.pixel + k,
                                     y[i * WINOGRAD_OUT + j] + bias, lanes);
            }
        }
    }
    for (int64_t i = 0; t->activation && i < window.row1; i++) {
        float *row = corner + i * window.row;
        t->activation(row, row, window.column1 * plan->out, t->activation_parameters);
    }
}

static void run_winograd_task(void *context, int64_t number, int member) {
    const struct winograd_run *run = context;
    const struct tap_convolution *t = run->t;
    const struct winograd_plan *plan = run->plan;
    float *products = run->memory + plan->products + member * plan->member_floats;
    float *inputs = run->memory + plan->inputs + member * plan->member_floats;
    const int64_t first = part_start(plan->tiles.count, plan->tasks, number);
    const int64_t end = part_start(plan->tiles.count, plan->tasks, number + 1);
    transform_inputs(inputs, plan->in_plane, plan->in_row, t->x, &t->vertical, &t->horizontal, plan->in,
                     &plan->tiles, first, end);
    multiply_points(run, end - first, inputs, products);
    for (int64_t tile = first; tile < end; tile++) {
        write_outputs(run, tile, products + (tile - first) * plan->out_row);
    }
}

static void run_winograd(const struct tap_convolution *t, int threads, void *scratch) {
    const struct winograd_plan plan = plan_winograd(t, threads);
    struct winograd_run run = {t, &plan, scratch};
    const int64_t weights = plan.blocks * ceil_divide(plan.in, WINOGRAD_PACKED_INPUTS);
    const int64_t work = plan.tiles.count * plan.products;
    const int team = convlab_threads_for(work, plan.tasks, threads);
    convlab_share(convlab_threads_for(plan.products, weights, team), weights, transform_kernels, &run);
    convlab_share(team, plan.tasks, run_winograd_task, &run);
}

static int64_t winograd_scratch_bytes(const struct tap_convolution *t, int threads) {
    const struct winograd_plan plan = plan_winograd(t, threads);
    return (plan.products + threads * plan.member_floats) * (int64_t)sizeof(float);
}

static const char *refuse_winograd_forward(const struct convlab_conv2d_problem *problem) {
    return refuse_winograd(problem, problem->oh, problem->ow, COST_OF_IMAGE_CHANNEL);
}

static void winograd_forward(const struct convlab_conv2d_problem *problem,
                             const struct convlab_conv2d_arguments *arguments, int threads, void *scratch) {
    const struct tap_convolution t = forward_taps(problem, arguments);
    run_winograd(&t, threads, scratch);
}

static int64_t winograd_forward_scratch(const struct convlab_conv2d_problem *problem, int threads) {
    const struct convlab_conv2d_arguments nothing = {0};
    const struct tap_convolution t = forward_taps(problem, &nothing);
    return winograd_scratch_bytes(&t, threads);
}

static const char *refuse_winograd_backward_input(const struct convlab_conv2d_problem *problem) {
    return refuse_winograd(problem, problem->h, problem->w, COST_OF_IMAGE_CHANNEL);
}

static void winograd_backward_input(const struct convlab_conv2d_problem *problem,
                                    const struct convlab_conv2d_arguments *arguments, int threads, void *scratch) {
    const struct tap_convolution t = backward_input_taps(problem, arguments, 0);
    run_winograd(&t, threads, scratch);
}

static int64_t winograd_backward_input_scratch(const struct convlab_conv2d_problem *problem, int threads) {
    const struct convlab_conv2d_arguments nothing = {0};
    const struct tap_convolution t = backward_input_taps(problem, &nothing, 0);
    return winograd_scratch_bytes(&t, threads);
}

#endif
