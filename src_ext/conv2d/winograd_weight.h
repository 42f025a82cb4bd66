/* Winograd F(2x2, 3x3) and F(4x4, 3x3), backward to weights and bias.
 *
 * Some tiles at a time, in two steps which all threads share: inputs and gradients are transformed; then each
 * point of evaluation adds the product of its two matrices to its sums, by the tiles of the direct kernel. The
 * tiles that go together depend on the shape alone, and so does the order of every sum. Where a result is not finite,
 * the direct kernel does the whole problem again.
 */
#ifndef CONVLAB_WINOGRAD_WEIGHT_H
#define CONVLAB_WINOGRAD_WEIGHT_H

#include "backward_weight.h"
#include "winograd.h"

enum {
    WINOGRAD_WEIGHT_FLOATS = 1024 * 1024, /* transformed inputs and gradients of the tiles at work */
    WINOGRAD_SEGMENT = 128,               /* tiles that registers sum */
    WINOGRAD_TILES_PER_TASK = 8
};

/* Offsets of scratch memory are in floats; the sums of (point, block, input channel, lane) lie at 0. The plane behind
 * those of the points holds each tile's sum of gradients, for the bias. */
struct winograd_weight_plan {
    struct tiling tiles;
    struct axis vertical, horizontal;
    int64_t points, batches, tiles_at_once, blocks;
    int64_t in_row, in_plane, gradient_plane;
    int64_t bias, zeros, inputs, gradients, floats;
};

static struct winograd_weight_plan plan_winograd_weight(int side, const struct convlab_conv2d_problem *q) {
    struct winograd_weight_plan plan = {.tiles = cut_tiles(side, q->n, q->oh, q->ow),
                                        .vertical = {q->h, q->oh, 1, -q->pad_top, WINOGRAD_TAPS, 1},
                                        .horizontal = {q->w, q->ow, 1, -q->pad_left, WINOGRAD_TAPS, 1},
                                        .points = WINOGRAD_POINTS(side),
                                        .blocks = ceil_divide(q->k, BLOCK),
                                        .in_row = transformed_row(q->c)};
    const int64_t of_tile = plan.points * (plan.in_row + plan.blocks * BLOCK);
    plan.batches = ceil_divide(plan.tiles.count, larger(WINOGRAD_SEGMENT, WINOGRAD_WEIGHT_FLOATS / of_tile));
    plan.tiles_at_once = ceil_divide(plan.tiles.count, larger(1, plan.batches));
    plan.in_plane = transformed_plane(plan.tiles_at_once, plan.in_row);
    plan.gradient_plane = transformed_plane(plan.tiles_at_once, plan.blocks * BLOCK);
    plan.bias = plan.points * plan.blocks * q->c * BLOCK;
    plan.zeros = plan.bias + plan.blocks * BLOCK;
    plan.inputs = plan.zeros + larger(plan.in_row, plan.blocks * BLOCK);
    plan.gradients = plan.inputs + plan.points * plan.in_plane;
    plan.floats = plan.gradients + (plan.points + 1) * plan.gradient_plane;
    return plan;
}

/* Everything that the threads of one run share. */
struct winograd_weight_run {
    const struct convlab_conv2d_problem *q;
    const struct convlab_conv2d_arguments *arguments;
    const struct winograd_weight_plan *plan;
    float *memory;
    int64_t first, end; /* tiles of the batch at work */
    int is_finite;      /* whether all results so far are; threads only ever clear it */
};

static inline int vectors_of_block(const struct winograd_weight_run *run, int64_t block) {
    return block_vectors(run->q->k - block * BLOCK);
}

#define AT_GRADIENT(i, j) (dy[(i) * OUT + (j)])
#define TO_POINT(i, j, value) vector_store(target + ((i) * WINOGRAD_IN(OUT) + (j)) * plan->gradient_plane, value)

/* A dy A^T of one tile, (point, block, tile, lane), and the sum of dy. */
CONVLAB_INLINE void transform_gradients(const int OUT, const struct winograd_weight_run *run, int64_t tile) {
    const struct convlab_conv2d_problem *q = run->q;
    const struct winograd_weight_plan *plan = run->plan;
    const struct window window = window_of_tile(&plan->tiles, tile, q->oh, q->ow, q->k, OUT, 0, 0);
    const float *pixels[WINOGRAD_MOST_OUT * WINOGRAD_MOST_OUT];
    find_pixels(OUT, run->arguments->weight, &window, run->memory + plan->zeros, pixels);
    for (int64_t k = 0; k < q->k; k += CONVLAB_LANES) {
        const int64_t block = k / BLOCK, width = vectors_of_block(run, block) * CONVLAB_LANES;
        const int64_t lanes = smaller(CONVLAB_LANES, q->k - k);
        float *target = run->memory + plan->gradients + block * plan->tiles_at_once * BLOCK +
                        (tile - run->first) * width + k % BLOCK;
        vector_float dy[WINOGRAD_MOST_OUT * WINOGRAD_MOST_OUT], sum = {0};
        UNROLL for (int i = 0; i < OUT * OUT; i++) {
            dy[i] = lanes == CONVLAB_LANES ? vector_load(pixels[i] + k) : vector_load_partial(pixels[i] + k, lanes);
            sum += dy[i];
        }
        WINOGRAD_MAP(OUT, gradient_line, OUT, WINOGRAD_IN(OUT), AT_GRADIENT, TO_POINT);
        vector_store(target + plan->points * plan->gradient_plane, sum);
    }
}

#undef AT_GRADIENT
#undef TO_POINT

CONVLAB_INLINE void transform_batch(const int OUT, const struct winograd_weight_run *run, int64_t number) {
    const struct winograd_weight_plan *plan = run->plan;
    const int64_t first = run->first + number * WINOGRAD_TILES_PER_TASK;
    const int64_t end = smaller(run->end, first + WINOGRAD_TILES_PER_TASK);
    const struct tiled_image image = {run->arguments->image, &plan->vertical, &plan->horizontal, run->q->c,
                                      run->memory + plan->zeros};
    transform_inputs(OUT, run->memory + plan->inputs + (first - run->first) * plan->in_row, plan->in_plane,
                     plan->in_row, &image, &plan->tiles, first, end);
    for (int64_t tile = first; tile < end; tile++) {
        transform_gradients(OUT, run, tile);
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
    if (plane == plan->points) {
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

#define AT_SUM(i, j) vector_load(sums + ((i) * WINOGRAD_IN(OUT) + (j)) * plane + at)
#define TO_PACKED(i, j, value) vector_store(packed + ((i) * WINOGRAD_TAPS + (j)) * inputs * width + at, value)

/* dw[k, ..., c] = G^T sums G for one block of output channels and some input channels. */
CONVLAB_INLINE void write_kernel_gradient(const int OUT, struct winograd_weight_run *run, int64_t number) {
    const struct winograd_weight_plan *plan = run->plan;
    const int64_t channels = run->q->c, block = number % plan->blocks;
    const int64_t first = number / plan->blocks * WINOGRAD_PACKED_INPUTS;
    const int64_t inputs = smaller(WINOGRAD_PACKED_INPUTS, channels - first);
    const int64_t width = vectors_of_block(run, block) * CONVLAB_LANES, plane = plan->blocks * channels * BLOCK;
    const int taps = WINOGRAD_TAPS * WINOGRAD_TAPS;
    const float *sums = run->memory + block * channels * BLOCK + first * width;
    float *dw = (float *)run->arguments->out + block * BLOCK * taps * channels + first;
    float packed[WINOGRAD_TAPS * WINOGRAD_TAPS * WINOGRAD_PACKED_INPUTS * BLOCK];
    float seen = 0.0f;
    for (int64_t at = 0; at < inputs * width; at += CONVLAB_LANES) {
        WINOGRAD_MAP(OUT, kernel_gradient_line, WINOGRAD_IN(OUT), WINOGRAD_TAPS, AT_SUM, TO_PACKED);
    }
    for (int64_t k = 0; k < smaller(BLOCK, run->q->k - block * BLOCK); k++) {
        for (int tap = 0; tap < taps; tap++) {
            for (int64_t c = 0; c < inputs; c++) {
                const float value = packed[(tap * inputs + c) * width + k];
                seen += value * 0.0f;
                dw[(k * taps + tap) * channels + c] = value;
            }
        }
    }
    if (seen != 0.0f) {
        __atomic_store_n(&run->is_finite, 0, __ATOMIC_RELAXED);
    }
}

#undef AT_SUM
#undef TO_PACKED

struct winograd_weight_steps {
    int side;
    convlab_task transform_batch, write_kernel_gradient;
};

#define DEFINE_WINOGRAD_WEIGHT_STEPS(OUT)                                                          \
    static void transform_batch_##OUT(void *context, int64_t number, int member) {                 \
        (void)member;                                                                              \
        transform_batch(OUT, context, number);                                                     \
    }                                                                                              \
    static void write_kernel_gradient_##OUT(void *context, int64_t number, int member) {           \
        (void)member;                                                                              \
        write_kernel_gradient(OUT, context, number);                                               \
    }                                                                                              \
    static const struct winograd_weight_steps winograd_weight_steps_##OUT = {OUT, transform_batch_##OUT, \
                                                                             write_kernel_gradient_##OUT};

DEFINE_WINOGRAD_WEIGHT_STEPS(2)
DEFINE_WINOGRAD_WEIGHT_STEPS(4)

static void run_winograd_weight(const struct winograd_weight_steps *steps, const struct convlab_conv2d_problem *problem,
                                const struct convlab_conv2d_arguments *arguments, int threads, void *scratch) {
    const struct winograd_weight_plan plan = plan_winograd_weight(steps->side, problem);
    struct winograd_weight_run run = {problem, arguments, &plan, scratch, 0, 0, 1};
    const int64_t planes = (plan.points + (arguments->out_bias ? 1 : 0)) * plan.blocks;
    const int64_t kernels = plan.blocks * ceil_divide(problem->c, WINOGRAD_PACKED_INPUTS);
    const int team = convlab_threads_for(plan.tiles_at_once * plan.bias, planes, threads);
    memset(run.memory + plan.zeros, 0, (size_t)(plan.inputs - plan.zeros) * sizeof(float));
    for (int64_t batch = 0; batch < plan.batches; batch++) {
        run.first = part_start(plan.tiles.count, plan.batches, batch);
        run.end = part_start(plan.tiles.count, plan.batches, batch + 1);
        convlab_share(team, ceil_divide(run.end - run.first, WINOGRAD_TILES_PER_TASK), steps->transform_batch, &run);
        convlab_share(team, planes, multiply_plane, &run);
    }
    convlab_share(convlab_threads_for(plan.bias, kernels, team), kernels, steps->write_kernel_gradient, &run);
    if (arguments->out_bias) {
        memcpy(arguments->out_bias, run.memory + plan.bias, (size_t)problem->k * sizeof(float));
    }
    if (!run.is_finite) {
        direct_backward_weight(problem, arguments, threads, scratch);
    }
}

#define DEFINE_WINOGRAD_WEIGHT(OUT)                                                                                 \
    static const char *refuse_winograd_backward_weight_##OUT(const struct convlab_conv2d_problem *problem) {        \
        return refuse_winograd(OUT, problem, problem->oh, problem->ow);                                             \
    }                                                                                                               \
    static void winograd_backward_weight_##OUT(const struct convlab_conv2d_problem *problem,                        \
                                               const struct convlab_conv2d_arguments *arguments, int threads,       \
                                               void *scratch) {                                                     \
        run_winograd_weight(&winograd_weight_steps_##OUT, problem, arguments, threads, scratch);                    \
    }                                                                                                               \
    static int64_t winograd_backward_weight_scratch_##OUT(const struct convlab_conv2d_problem *problem,             \
                                                          int threads) {                                            \
        return larger(plan_winograd_weight(OUT, problem).floats * (int64_t)sizeof(float),                           \
                      direct_backward_weight_scratch(problem, threads));                                            \
    }

DEFINE_WINOGRAD_WEIGHT(2)
DEFINE_WINOGRAD_WEIGHT(4)

#endif
