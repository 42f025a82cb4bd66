/* Winograd's algorithm in all its forms, backward to weights and bias.
 *
 * Some tiles at a time, in two steps: inputs and gradients are transformed; then each plane adds the product of its
 * inputs and its point's gradients to its sums, by the tiles of the direct kernel. With few channels, chunks of tiles
 * have sums of their own, and a thread does a whole chunk: nothing that is transformed leaves its cache. With many
 * channels, whose sums are large, there is one chunk, and all threads share each step. Chunks and the tiles that go
 * together depend on the shape alone, and so does the order of every sum. Where a result is not finite, the direct
 * kernel does the whole problem again.
 */
#ifndef CONVLAB_WINOGRAD_WEIGHT_H
#define CONVLAB_WINOGRAD_WEIGHT_H

#include "backward_weight.h"
#include "winograd.h"

enum {
    WINOGRAD_CHUNK_FLOATS = 128 * 1024,      /* transformed inputs and gradients of the tiles at work in a chunk, */
    WINOGRAD_SHARED_FLOATS = 1024 * 1024,    /* or of those that all threads share */
    WINOGRAD_MOST_CHUNK_SUMS = 256 * 1024,   /* larger sums are not held more than once */
    WINOGRAD_ALL_SUMS = 2 * 1024 * 1024,     /* sums of all chunks together */
    WINOGRAD_MOST_CHUNKS = 16,
    WINOGRAD_SEGMENT = 128,                  /* tiles that registers sum */
    WINOGRAD_TILES_PER_TASK = 8
};

/* Offsets of scratch memory are in floats. A chunk's sums of (plane, block, input channel, lane) lie at 0, those for
 * the bias behind them; its transformed inputs and gradients lie with the member that does it. The plane behind
 * those of the points holds each tile's sum of gradients, for the bias. */
struct winograd_weight_plan {
    struct tiling tiles;
    struct axis vertical, horizontal;
    int64_t points, planes, chunks, batches, tiles_at_once, blocks; /* batches: of one chunk */
    int64_t in_row, in_plane, gradient_row, gradient_plane;
    int64_t bias, chunk_floats, zeros, members, gradients, member_floats;
};

static struct winograd_weight_plan plan_winograd_weight(int form, const struct convlab_conv2d_problem *q) {
    struct winograd_weight_plan plan = {.tiles = cut_tiles(form, q->n, q->oh, q->ow),
                                        .vertical = {q->h, q->oh, 1, -q->pad_top, WINOGRAD_TAPS(form), 1},
                                        .horizontal = {q->w, q->ow, 1, -q->pad_left, WINOGRAD_TAPS(form), 1},
                                        .points = SQUARE(WINOGRAD_SIDE(form)),
                                        .planes = first_plane(form, SQUARE(WINOGRAD_SIDE(form))),
                                        .blocks = ceil_divide(q->k, BLOCK),
                                        .in_row = transformed_row(q->c),
                                        .gradient_row = round_up(q->k, CONVLAB_LANES)};
    plan.bias = plan.planes * plan.blocks * q->c * BLOCK;
    plan.chunk_floats = plan.bias + plan.blocks * BLOCK;
    plan.chunks = plan.chunk_floats > WINOGRAD_MOST_CHUNK_SUMS
                      ? 1
                      : smaller(WINOGRAD_MOST_CHUNKS, WINOGRAD_ALL_SUMS / plan.chunk_floats);
    const int64_t of_tile = plan.planes * plan.in_row + plan.points * plan.gradient_row;
    const int64_t at_once = (plan.chunks > 1 ? WINOGRAD_CHUNK_FLOATS : WINOGRAD_SHARED_FLOATS) / of_tile;
    const int64_t most = larger(plan.chunks > 1 ? WINOGRAD_SEGMENT / 4 : WINOGRAD_SEGMENT, at_once);
    plan.chunks = larger(1, smaller(plan.chunks, plan.tiles.count / most));
    const int64_t of_chunk = ceil_divide(plan.tiles.count, plan.chunks);
    plan.batches = larger(1, ceil_divide(of_chunk, most));
    plan.tiles_at_once = ceil_divide(of_chunk, plan.batches);
    plan.in_plane = transformed_plane(plan.tiles_at_once, plan.in_row);
    plan.gradient_plane = transformed_plane(plan.tiles_at_once, plan.gradient_row);
    plan.zeros = plan.chunks * plan.chunk_floats;
    plan.members = plan.zeros + larger(plan.in_row, plan.blocks * BLOCK);
    plan.gradients = plan.planes * plan.in_plane;
    plan.member_floats = plan.gradients + (plan.points + 1) * plan.gradient_plane;
    return plan;
}

/* Everything that the threads of one run share. */
struct winograd_weight_run {
    const struct convlab_conv2d_problem *q;
    const struct convlab_conv2d_arguments *arguments;
    const struct winograd_weight_plan *plan;
    float *memory;
    int is_finite; /* whether all results so far are; threads only ever clear it */
};

/* Some tiles of a chunk at a time. */
struct winograd_weight_batch {
    const struct winograd_weight_run *run;
    float *sums, *inputs;
    int64_t first, end;     /* tiles */
    struct tile_at of_kind; /* the end, behind the places that each kind of points takes */
    int begins;             /* whether the sums still hold nothing */
    struct stretch next_images, next_gradients;
};

static struct winograd_weight_batch nth_batch(const struct winograd_weight_run *run, int64_t chunk, int64_t batch,
                                              int member) {
    const struct winograd_weight_plan *plan = run->plan;
    const int64_t first = part_start(plan->tiles.count, plan->chunks, chunk);
    const int64_t count = part_start(plan->tiles.count, plan->chunks, chunk + 1) - first;
    const int64_t start = first + part_start(count, plan->batches, batch);
    const int64_t end = first + part_start(count, plan->batches, batch + 1);
    return (struct winograd_weight_batch){
        .run = run,
        .sums = run->memory + chunk * plan->chunk_floats,
        .inputs = run->memory + plan->members + member * plan->member_floats,
        .first = start,
        .end = end,
        .of_kind = tile_from(&plan->tiles, start, end),
        .begins = batch == 0,
        .next_images = stretch_of_tiles(run->arguments->image, run->q->h * run->q->w * run->q->c, &plan->tiles, end,
                                        2 * end - start, 1),
        .next_gradients = stretch_of_tiles(run->arguments->weight, run->q->oh * run->q->ow * run->q->k, &plan->tiles,
                                           end, 2 * end - start, 1),
    };
}

static inline int vectors_of_block(const struct winograd_weight_run *run, int64_t block) {
    return block_vectors(run->q->k - block * BLOCK);
}

#define AT_GRADIENT(i, j) (dy[(i) * OUT + (j)])
#define TO_POINT(i, j, value)                                                                                        \
    vector_store(target + ((i) * WINOGRAD_SIDE(FORM) + (j)) * plan->gradient_plane +                                  \
                     at->slots[LACKS ? KIND_OF_POINT(FORM, i, j) : 0] * width,                                        \
                 value)
#define TO_NEEDED_POINT(i, j, value)             \
    do {                                         \
        if (needed[KIND_OF_POINT(FORM, i, j)]) { \
            TO_POINT(i, j, value);               \
        }                                        \
    } while (0)

#define TRANSFORM_GRADIENTS(STORE)                                                                                    \
    WINOGRAD_MAP_TO(FORM, form_gradient_line, gradient_parts, 1.0f, OUT, WINOGRAD_SIDE(FORM), AT_GRADIENT, STORE)

/* A dy A^T of one tile, (point, block, slot, lane), and the sum of dy. */
CONVLAB_INLINE void transform_gradients(const int FORM, const int LACKS, const struct winograd_weight_batch *batch,
                                        const struct tile_at *at) {
    const struct winograd_weight_run *run = batch->run;
    const struct convlab_conv2d_problem *q = run->q;
    const struct winograd_weight_plan *plan = run->plan;
    const int OUT = WINOGRAD_OUT(FORM);
    const struct window window = window_of_tile(&plan->tiles, at, q->oh, q->ow, q->k, OUT, 0, 0);
    const float *pixels[SQUARE(WINOGRAD_MOST_OUT)];
    find_pixels(OUT, run->arguments->weight, &window, run->memory + plan->zeros, pixels);
    int needed[POINT_KINDS];
    UNROLL for (int kind = 0; kind < POINT_KINDS; kind++) {
        needed[kind] = !LACKS || needs_points(&plan->tiles, at, kind);
    }
    for (int64_t k = 0; k < q->k; k += CONVLAB_LANES) {
        const int64_t block = k / BLOCK, width = vectors_of_block(run, block) * CONVLAB_LANES;
        const int64_t lanes = smaller(CONVLAB_LANES, q->k - k);
        float *target = batch->inputs + plan->gradients + block * plan->tiles_at_once * BLOCK + k % BLOCK;
        vector_float dy[SQUARE(WINOGRAD_MOST_OUT)], sum = {0};
        UNROLL for (int i = 0; i < OUT * OUT; i++) {
            dy[i] = lanes == CONVLAB_LANES ? vector_load(pixels[i] + k) : vector_load_partial(pixels[i] + k, lanes);
            sum += dy[i];
        }
        if (needed[AT_INFINITY_ACROSS] && needed[AT_INFINITY_DOWN]) {
            TRANSFORM_GRADIENTS(TO_POINT);
        } else {
            TRANSFORM_GRADIENTS(TO_NEEDED_POINT);
        }
        vector_store(target + at->slots[0] * width + plan->points * plan->gradient_plane, sum);
    }
}

#undef AT_GRADIENT
#undef TO_POINT
#undef TO_NEEDED_POINT
#undef TRANSFORM_GRADIENTS

CONVLAB_INLINE void transform_tiles(const int FORM, const struct winograd_weight_batch *batch, int64_t first,
                                    int64_t end) {
    const struct winograd_weight_run *run = batch->run;
    const struct winograd_weight_plan *plan = run->plan;
    const struct tiled_image image = {run->arguments->image, &plan->vertical, &plan->horizontal, run->q->c,
                                      run->memory + plan->zeros};
    struct tile_at at = tile_from(&plan->tiles, batch->first, first);
    transform_inputs(FORM, batch->inputs, plan->in_plane, plan->in_row, &image, &plan->tiles, at, end - first);
    for (int64_t tile = first; tile < end; tile++, to_next_tile(&plan->tiles, &at)) {
        if (lacks_outputs(&plan->tiles)) {
            transform_gradients(FORM, 1, batch, &at);
        } else {
            transform_gradients(FORM, 0, batch, &at);
        }
    }
}

/* Adds up the plane of sums of one block for the bias gradient, segment by segment. */
static void add_bias_sums(const struct winograd_weight_batch *batch, int64_t block, const float *sums) {
    const int64_t width = vectors_of_block(batch->run, block) * CONVLAB_LANES, tiles = batch->end - batch->first;
    float *target = batch->sums + batch->run->plan->bias + block * BLOCK;
    for (int64_t lane = 0; lane < width; lane += CONVLAB_LANES) {
        vector_float total = batch->begins ? (vector_float){0} : vector_load(target + lane);
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

/* sums[plane, in, out] += sum over the batch's slots of inputs[plane, slot, in] * gradients[point, slot, out]; behind
 * the planes, the sums for the bias. */
CONVLAB_INLINE void multiply_plane(const int FORM, const struct winograd_weight_batch *batch, int64_t number) {
    const struct winograd_weight_plan *plan = batch->run->plan;
    const int64_t block = number % plan->blocks, plane = number / plan->blocks;
    const int64_t channels = batch->run->q->c;
    const int vectors = vectors_of_block(batch->run, block);
    const int64_t width = vectors * CONVLAB_LANES, parts = ceil_divide(channels, vectors == 2 ? TILE_2 : TILE_1);
    const float *inputs = batch->inputs + plane * plan->in_plane;
    const int64_t point = plane == plan->planes ? plan->points : point_of_plane(FORM, (int)plane);
    const float *gradients =
        batch->inputs + plan->gradients + point * plan->gradient_plane + block * plan->tiles_at_once * BLOCK;
    float *sums = batch->sums + (plane * plan->blocks + block) * channels * BLOCK;
    if (plane == plan->planes) {
        add_bias_sums(batch, block, gradients);
        return;
    }
    const int64_t tiles = batch->of_kind.slots[kind_of_point(FORM, (int)point)];
    const int64_t all = plan->planes * plan->blocks, times = parts * larger(1, ceil_divide(tiles, WINOGRAD_SEGMENT));
    struct stretch next_images = part_of_stretch(&batch->next_images, all, number, times);
    struct stretch next_gradients = part_of_stretch(&batch->next_gradients, all, number, times);
    int64_t start = 0;
    do { /* once even without tiles, for sums that still hold nothing */
        const struct weight_job job = {1, 1, smaller(WINOGRAD_SEGMENT, tiles - start), 0, 0, plan->in_row,
                                       gradients + start * width, batch->begins && start == 0};
        for (int64_t part = 0; part < parts; part++) {
            const int64_t c = part_start(channels, parts, part);
            call_for(&next_images, 0);
            call_for(&next_gradients, 0);
            weight_tiles[vectors - 1][part_start(channels, parts, part + 1) - c](
                &job, inputs + start * plan->in_row + c, sums + c * width);
        }
        start += WINOGRAD_SEGMENT;
    } while (start < tiles);
}

/* Planes of products to sum, for one block each. */
static inline int64_t planes_of(const struct winograd_weight_run *run) {
    return (run->plan->planes + (run->arguments->out_bias ? 1 : 0)) * run->plan->blocks;
}

/* All batches of a chunk by one thread. */
CONVLAB_INLINE void run_winograd_chunk(const int FORM, const struct winograd_weight_run *run, int64_t chunk,
                                       int member) {
    for (int64_t number = 0; number < run->plan->batches; number++) {
        struct winograd_weight_batch batch = nth_batch(run, chunk, number, member);
        transform_tiles(FORM, &batch, batch.first, batch.end);
        for (int64_t plane = 0; plane < planes_of(run); plane++) {
            multiply_plane(FORM, &batch, plane);
        }
    }
}

/* The sum of all chunks' sums, in order. */
CONVLAB_INLINE vector_float vector_of_chunks(const struct winograd_weight_plan *plan, const float *sums) {
    vector_float total = vector_load(sums);
    for (int64_t chunk = 1; chunk < plan->chunks; chunk++) {
        total += vector_load(sums + chunk * plan->chunk_floats);
    }
    return total;
}

#define AT_SUM(i, j) vector_of_chunks(plan, sums + plane_of_slice(FORM, i, j) * plane + at)
#define TO_PACKED(i, j, value) vector_store(packed + ((i) * WINOGRAD_TAPS(FORM) + (j)) * inputs * width + at, value)

/* dw[k, ..., c] = G^T sums G for one block of output channels and some input channels. */
CONVLAB_INLINE void write_kernel_gradient(const int FORM, struct winograd_weight_run *run, int64_t number) {
    const struct winograd_weight_plan *plan = run->plan;
    const int64_t channels = run->q->c, block = number % plan->blocks;
    const int64_t first = number / plan->blocks * WINOGRAD_PACKED_INPUTS;
    const int64_t inputs = smaller(WINOGRAD_PACKED_INPUTS, channels - first);
    const int64_t width = vectors_of_block(run, block) * CONVLAB_LANES, plane = plan->blocks * channels * BLOCK;
    const int64_t kernels = smaller(BLOCK, run->q->k - block * BLOCK);
    const int taps = SQUARE(WINOGRAD_TAPS(FORM));
    const float *sums = run->memory + block * channels * BLOCK + first * width;
    float *dw = (float *)run->arguments->out + block * BLOCK * taps * channels + first;
    float packed[SQUARE(WINOGRAD_MOST_TAPS) * WINOGRAD_PACKED_INPUTS * BLOCK];
    vector_float seen = {0};
    for (int64_t at = 0; at < inputs * width; at += CONVLAB_LANES) {
        WINOGRAD_MAP_FROM(FORM, form_kernel_gradient_line, kernel_gradient_number, 0.5f, WINOGRAD_SLICES(FORM),
                          WINOGRAD_TAPS(FORM), AT_SUM, TO_PACKED);
    }
    for (int64_t at = 0; at < taps * inputs * width; at += CONVLAB_LANES) {
        seen += vector_load(packed + at) * 0.0f; /* a sum of the values themselves might overflow */
    }
    for (int tap = 0; tap < taps; tap++) {
        for (int64_t c = 0; c < inputs; c += CONVLAB_LANES) {
            const struct factor of_tap = {packed + (tap * inputs + c) * width, width, 1};
            const int64_t lines = smaller(CONVLAB_LANES, inputs - c);
            pack_across(dw + tap * channels + c, &of_tap, lines, kernels, taps * channels, lines);
        }
    }
    if (!all_finite(seen)) {
        __atomic_store_n(&run->is_finite, 0, __ATOMIC_RELAXED);
    }
}

#undef AT_SUM
#undef TO_PACKED

struct winograd_weight_steps {
    int form;
    convlab_task run_chunk, transform_tiles, multiply_plane, write_kernel_gradient;
};

#define DEFINE_WINOGRAD_WEIGHT_STEPS(FORM)                                                                      \
    static void run_chunk_##FORM(void *context, int64_t number, int member) {                                   \
        run_winograd_chunk(FORM, context, number, member);                                                      \
    }                                                                                                           \
    static void transform_tiles_##FORM(void *context, int64_t number, int member) {                             \
        const struct winograd_weight_batch *batch = context;                                                    \
        const int64_t first = batch->first + number * WINOGRAD_TILES_PER_TASK;                                  \
        (void)member;                                                                                           \
        transform_tiles(FORM, batch, first, smaller(batch->end, first + WINOGRAD_TILES_PER_TASK));              \
    }                                                                                                           \
    static void multiply_plane_##FORM(void *context, int64_t number, int member) {                              \
        (void)member;                                                                                           \
        multiply_plane(FORM, context, number);                                                                  \
    }                                                                                                           \
    static void write_kernel_gradient_##FORM(void *context, int64_t number, int member) {                       \
        (void)member;                                                                                           \
        write_kernel_gradient(FORM, context, number);                                                           \
    }                                                                                                           \
    static const struct winograd_weight_steps weight_steps_##FORM = {                                           \
        FORM, run_chunk_##FORM, transform_tiles_##FORM, multiply_plane_##FORM, write_kernel_gradient_##FORM};

DEFINE_WINOGRAD_WEIGHT_STEPS(WINOGRAD_2)
DEFINE_WINOGRAD_WEIGHT_STEPS(WINOGRAD_4)
DEFINE_WINOGRAD_WEIGHT_STEPS(WINOGRAD_4_COMPLEX)
DEFINE_WINOGRAD_WEIGHT_STEPS(WINOGRAD_4_5)
DEFINE_WINOGRAD_WEIGHT_STEPS(WINOGRAD_4_COMPLEX_5)

/* The one chunk of many channels: all threads share the steps of each batch. */
static void share_winograd_chunk(const struct winograd_weight_steps *steps, const struct winograd_weight_run *run,
                                 int team) {
    for (int64_t number = 0; number < run->plan->batches; number++) {
        struct winograd_weight_batch batch = nth_batch(run, 0, number, 0);
        convlab_share(team, ceil_divide(batch.end - batch.first, WINOGRAD_TILES_PER_TASK), steps->transform_tiles,
                      &batch);
        convlab_share(team, planes_of(run), steps->multiply_plane, &batch);
    }
}

static void run_winograd_weight(const struct winograd_weight_steps *steps, const struct convlab_conv2d_problem *problem,
                                const struct convlab_conv2d_arguments *arguments, int threads, void *scratch) {
    const struct winograd_weight_plan plan = plan_winograd_weight(steps->form, problem);
    struct winograd_weight_run run = {problem, arguments, &plan, scratch, 1};
    const int64_t kernels = plan.blocks * ceil_divide(problem->c, WINOGRAD_PACKED_INPUTS);
    const int team = convlab_threads_for(plan.tiles.count * plan.bias, threads, threads);
    memset(run.memory + plan.zeros, 0, (size_t)(plan.members - plan.zeros) * sizeof(float));
    if (plan.chunks > 1) {
        convlab_share(team, plan.chunks, steps->run_chunk, &run);
    } else {
        share_winograd_chunk(steps, &run, team);
    }
    convlab_share(convlab_threads_for(plan.zeros * WINOGRAD_COST_OF_KERNEL, kernels, team), kernels,
                  steps->write_kernel_gradient, &run);
    float *db = arguments->out_bias;
    for (int64_t k = 0; db && k < problem->k; k++) {
        const float *sums = run.memory + plan.bias + k;
        db[k] = sums[0];
        for (int64_t chunk = 1; chunk < plan.chunks; chunk++) {
            db[k] += sums[chunk * plan.chunk_floats];
        }
    }
    if (!run.is_finite) {
        direct_backward_weight(problem, arguments, threads, scratch);
    }
}

static int64_t winograd_weight_scratch_bytes(int form, const struct convlab_conv2d_problem *problem, int threads) {
    const struct winograd_weight_plan plan = plan_winograd_weight(form, problem);
    return (plan.members + threads * plan.member_floats) * (int64_t)sizeof(float);
}

#define DEFINE_WINOGRAD_WEIGHT(name, FORM)                                                                          \
    static const char *refuse_##name##_backward_weight(const struct convlab_conv2d_problem *problem) {              \
        return refuse_winograd(FORM, problem, problem->oh, problem->ow, problem->c, problem->k);                    \
    }                                                                                                               \
    static void name##_backward_weight(const struct convlab_conv2d_problem *problem,                                \
                                       const struct convlab_conv2d_arguments *arguments, int threads,               \
                                       void *scratch) {                                                             \
        run_winograd_weight(&weight_steps_##FORM, problem, arguments, threads, scratch);                            \
    }                                                                                                               \
    static int64_t name##_backward_weight_scratch(const struct convlab_conv2d_problem *problem, int threads) {      \
        return larger(winograd_weight_scratch_bytes(FORM, problem, threads),                                        \
                      direct_backward_weight_scratch(problem, threads));                                            \
    }

DEFINE_WINOGRAD_WEIGHT(winograd2, WINOGRAD_2)
DEFINE_WINOGRAD_WEIGHT(winograd4, WINOGRAD_4)
DEFINE_WINOGRAD_WEIGHT(winograd4_complex, WINOGRAD_4_COMPLEX)
DEFINE_WINOGRAD_WEIGHT(winograd4_5, WINOGRAD_4_5)
DEFINE_WINOGRAD_WEIGHT(winograd4_complex_5, WINOGRAD_4_COMPLEX_5)

#endif
