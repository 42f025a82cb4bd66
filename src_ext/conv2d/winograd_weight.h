/* Winograd F(4x4, 3x3), backward to weights and bias.
 *
 * Some tiles at a time, in two steps which all threads share: inputs and gradients are transformed; then each
 * point of evaluation adds the product of its two matrices to its sums, by the tiles of the direct kernel. The
 * tiles that go together depend on the shape alone, and so does the order of every sum.
 */
#ifndef CONVLAB_WINOGRAD_WEIGHT_H
#define CONVLAB_WINOGRAD_WEIGHT_H

#include "weight_tile.h"
#include "winograd.h"

enum {
    WINOGRAD_WEIGHT_FLOATS = 1024 * 1024, /* transformed inputs and gradients of the tiles at work */
    WINOGRAD_SEGMENT = 128,               /* tiles that registers sum */
    WINOGRAD_TILES_PER_TASK = 8,
    WINOGRAD_PLANES = WINOGRAD_POINTS + 1 /* the last one holds each tile's sum of gradients, for the bias */
};

/* Offsets of scratch memory are in floats; the sums of (point, block, input channel, lane) lie at 0. */
struct winograd_weight_plan {
    struct tiling tiles;
    struct axis vertical, horizontal;
    int64_t batches, tiles_at_once, blocks;
    int64_t in_row, in_plane, gradient_plane;
    int64_t bias, inputs, gradients, floats;
};

static struct winograd_weight_plan plan_winograd_weight(const struct convlab_conv2d_problem *q) {
    struct winograd_weight_plan plan = {.tiles = cut_tiles(q->n, q->oh, q->ow),
                                        .vertical = {q->h, q->oh, 1, -q->pad_top, WINOGRAD_TAPS, 1},
                                        .horizontal = {q->w, q->ow, 1, -q->pad_left, WINOGRAD_TAPS, 1},
                                        .blocks = ceil_divide(q->k, BLOCK),
                                        .in_row = transformed_row(q->c)};
    const int64_t of_tile = WINOGRAD_POINTS * (plan.in_row + plan.blocks * BLOCK);
    plan.batches = ceil_divide(plan.tiles.count, larger(WINOGRAD_SEGMENT, WINOGRAD_WEIGHT_FLOATS / of_tile));
    plan.tiles_at_once = ceil_divide(plan.tiles.count, larger(1, plan.batches));
    plan.in_plane = transformed_plane(plan.tiles_at_once, plan.in_row);
    plan.gradient_plane = transformed_plane(plan.tiles_at_once, plan.blocks * BLOCK);
    plan.bias = WINOGRAD_POINTS * plan.blocks * q->c * BLOCK;
    plan.inputs = plan.bias + plan.blocks * BLOCK;
    plan.gradients = plan.inputs + WINOGRAD_POINTS * plan.in_plane;
    plan.floats = plan.gradients + WINOGRAD_PLANES * plan.gradient_plane;
    return plan;
}

/* Everything that the threads of one run share. */
struct winograd_weight_run {
    const struct convlab_conv2d_problem *q;
    const struct convlab_conv2d_arguments *arguments;
    const struct winograd_weight_plan *plan;
    float *memory;
    int64_t first, end; /* tiles of the batch at work */
};

static inline int vectors_of_block(const struct winograd_weight_run *run, int64_t block) {
    return block_vectors(run->q->k - block * BLOCK);
}

/* A dy A^T of one tile, (point, block, tile, lane), and the sum of dy. */
static void transform_gradients(const struct winograd_weight_run *run, int64_t tile) {
    const struct convlab_conv2d_problem *q = run->q;
    const struct winograd_weight_plan *plan = run->plan;
    const struct window window = window_of_tile(&plan->tiles, tile, q->oh, q->ow, q->k, WINOGRAD_OUT, 0, 0);
    const int whole = is_whole(&window, WINOGRAD_OUT);
    for (int64_t k = 0; k < q->k; k += CONVLAB_LANES) {
        const int64_t block = k / BLOCK, width = vectors_of_block(run, block) * CONVLAB_LANES;
        float *target = run->memory + plan->gradients + block * plan->tiles_at_once * BLOCK +
                        (tile - run->first) * width + k % BLOCK;
        vector_float dy[WINOGRAD_OUT * WINOGRAD_OUT], z[WINOGRAD_POINTS], sum = {0};
        load_window(WINOGRAD_OUT, (const float *)run->arguments->weight + k, &window, whole,
                    smaller(CONVLAB_LANES, q->k - k), dy);
        transform_gradient(dy, z);
        for (int i = 0; i < WINOGRAD_POINTS; i++) {
            vector_store(target + i * plan->gradient_plane, z[i]);
        }
        for (int i = 0; i < WINOGRAD_OUT * WINOGRAD_OUT; i++) {
            sum += dy[i];
        }
        vector_store(target + WINOGRAD_POINTS * plan->gradient_plane, sum);
    }
}

static void transform_batch(void *context, int64_t number, int member) {
    const struct winograd_weight_run *run = context;
    const struct winograd_weight_plan *plan = run->plan;
    const int64_t first = run->first + number * WINOGRAD_TILES_PER_TASK;
    const int64_t end = smaller(run->end, first + WINOGRAD_TILES_PER_TASK);
    (void)member;
    transform_inputs(run->memory + plan->inputs + (first - run->first) * plan->in_row, plan->in_plane, plan->in_row,
                     run->arguments->image, &plan->vertical, &plan->horizontal, run->q->c, &plan->tiles, first, end);
    for (int64_t tile = first; tile < end; tile++) {
        transform_gradients(run, tile);
    }
}

/* Adds up the plane of sums of one block for the bias gradient, segment by segment. */
static void add_bias_sums(const struct winograd_weight_run *run, int64_t block, const float *sums) {
    const int64_t width = vectors_of_block(run, block) * CONVLAB_LANES, tiles = run->end - run->first;
    float *target = run->memory + run->plan->bias + block * BLOCK;
    for (int64_t lane = 0; lane < width; lane += CONVLAB_LANES) {
        vector_float total = run->first ? vector_load(target + lane) : (vector_float){0};
        for (int64_t start = 0; start < tiles; start += WINOGRAD_SEGMENT) {
            vector_float sum = {0};
            for (int64_t tile = start; tile < smaller(tiles, start + WINOGRAD_SEGMENT); tile++) {
                sum += vector_load(sums + tile * width + lane);
            }
            total += sum;
        }
        vector_store(target + lane, total);
    }
}

/* sums[point, in, out] += sum over the batch's tiles of inputs[point, tile, in] * gradients[point, tile, out] */
static void multiply_plane(void *context, int64_t number, int member) {
    const struct winograd_weight_run *run = context;
    const struct winograd_weight_plan *plan = run->plan;
    const int64_t block = number % plan->blocks, plane = number / plan->blocks, tiles = run->end - run->first;
    const int64_t channels = run->q->c;
    const int vectors = vectors_of_block(run, block);
    const int64_t width = vectors * CONVLAB_LANES, parts = ceil_divide(channels, vectors == 2 ? TILE_2 : TILE_1);
    const float *inputs = run->memory + plan->inputs + plane * plan->in_plane;
    const float *gradients =
        run->memory + plan->gradients + plane * plan->gradient_plane + block * plan->tiles_at_once * BLOCK;
    float *sums = run->memory + (plane * plan->blocks + block) * channels * BLOCK;
    (void)member;
    if (plane == WINOGRAD_POINTS) {
        add_bias_sums(run, block, gradients);
        return;
    }
    for (int64_t start = 0; start < tiles; start += WINOGRAD_SEGMENT) {
        const struct weight_job job = {1, 1, smaller(WINOGRAD_SEGMENT, tiles - start), 0, 0, plan->in_row,
                                       gradients + start * width, run->first + start == 0};
        for (int64_t part = 0; part < parts; part++) {
            const int64_t c = part_start(channels, parts, part);
            weight_tiles[vectors - 1][part_start(channels, parts, part + 1) - c](
                &job, inputs + start * plan->in_row + c, sums + c * width);
        }
    }
}

/* dw[k, ..., c] = G^T sums G for one block of output channels and some input channels. */
static void write_kernel_gradient(void *context, int64_t number, int member) {
    const struct winograd_weight_run *run = context;
    const struct winograd_weight_plan *plan = run->plan;
    const int64_t channels = run->q->c, block = number % plan->blocks;
    const int64_t first = number / plan->blocks * WINOGRAD_PACKED_INPUTS;
    const int64_t inputs = smaller(WINOGRAD_PACKED_INPUTS, channels - first);
    const int64_t width = vectors_of_block(run, block) * CONVLAB_LANES, plane = plan->blocks * channels * BLOCK;
    const int taps = WINOGRAD_TAPS * WINOGRAD_TAPS;
    const float *sums = run->memory + block * channels * BLOCK + first * width;
    float *dw = (float *)run->arguments->out + block * BLOCK * taps * channels + first;
    float packed[WINOGRAD_TAPS * WINOGRAD_TAPS * WINOGRAD_PACKED_INPUTS * BLOCK];
    (void)member;
    for (int64_t at = 0; at < inputs * width; at += CONVLAB_LANES) {
        vector_float u[WINOGRAD_POINTS], dg[WINOGRAD_TAPS * WINOGRAD_TAPS];
        for (int i = 0; i < WINOGRAD_POINTS; i++) {
            u[i] = vector_load(sums + i * plane + at);
        }
        transform_kernel_gradient(u, dg);
        for (int i = 0; i < taps; i++) {
            vector_store(packed + i * inputs * width + at, dg[i]);
        }
    }
    for (int64_t k = 0; k < smaller(BLOCK, run->q->k - block * BLOCK); k++) {
        for (int tap = 0; tap < taps; tap++) {
            for (int64_t c = 0; c < inputs; c++) {
                dw[(k * taps + tap) * channels + c] = packed[(tap * inputs + c) * width + k];
            }
        }
    }
}

static const char *refuse_winograd_backward_weight(const struct convlab_conv2d_problem *problem) {
    return refuse_winograd(problem, problem->oh, problem->ow, COST_OF_GRADIENT_CHANNEL);
}

static void winograd_backward_weight(const struct convlab_conv2d_problem *problem,
                                     const struct convlab_conv2d_arguments *arguments, int threads, void *scratch) {
    const struct winograd_weight_plan plan = plan_winograd_weight(problem);
    struct winograd_weight_run run = {problem, arguments, &plan, scratch, 0, 0};
    const int64_t planes = (arguments->out_bias ? WINOGRAD_PLANES : WINOGRAD_POINTS) * plan.blocks;
    const int64_t kernels = plan.blocks * ceil_divide(problem->c, WINOGRAD_PACKED_INPUTS);
    const int team = convlab_threads_for(plan.tiles_at_once * plan.bias, planes, threads);
    for (int64_t batch = 0; batch < plan.batches; batch++) {
        run.first = part_start(plan.tiles.count, plan.batches, batch);
        run.end = part_start(plan.tiles.count, plan.batches, batch + 1);
        convlab_share(team, ceil_divide(run.end - run.first, WINOGRAD_TILES_PER_TASK), transform_batch, &run);
        convlab_share(team, planes, multiply_plane, &run);
    }
    convlab_share(convlab_threads_for(plan.bias, kernels, team), kernels, write_kernel_gradient, &run);
    if (arguments->out_bias) {
        memcpy(arguments->out_bias, run.memory + plan.bias, (size_t)problem->k * sizeof(float));
    }
}

static int64_t winograd_backward_weight_scratch(const struct convlab_conv2d_problem *problem, int threads) {
    (void)threads;
    return plan_winograd_weight(problem).floats * (int64_t)sizeof(float);
}

#endif
