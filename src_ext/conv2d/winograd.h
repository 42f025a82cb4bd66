/* Winograd's algorithm in all its forms, forward and backward to the input: both are tap convolutions.
 *
 * Some tiles at a time: inputs are transformed; then, for some output channels at a time, multiplied with the
 * transformed kernels point by point (by the tiles of the direct kernel) and transformed back. A NaN or an infinity
 * would spread to all outputs of a tile: where there is one, the direct kernel does the whole problem again.
 */
#ifndef CONVLAB_WINOGRAD_H
#define CONVLAB_WINOGRAD_H

#include "direct.h"
#include "winograd_choice.h"
#include "winograd_tiles.h"

enum {
    WINOGRAD_INPUT_FLOATS = 48 * 1024,       /* transformed inputs of the tiles at work, of a second-level cache */
    WINOGRAD_PRODUCT_FLOATS = 64 * 1024,     /* their products with some kernels */
    WINOGRAD_NEAR_KERNELS = 4 * 1024 * 1024, /* floats of a last-level cache: where kernels are more, */
    WINOGRAD_LEAST_PARTS_OF_FAR = 4,         /* so many full tiles of registers share one reading */
    WINOGRAD_MOST_PARTS = 4,
    WINOGRAD_TASKS_PER_THREAD = 3,
    WINOGRAD_COST_OF_KERNEL = 6, /* multiply-adds that take as long as one transformed value of a kernel */
    WINOGRAD_COPIED_KERNELS = 256 * 1024, /* floats of a second-level cache: fewer are transformed by each of */
    WINOGRAD_MOST_COPIES = 4,             /* a few threads */
    WINOGRAD_LINE = CACHE_LINE / (int)sizeof(float),
    WINOGRAD_CHAIN_TERMS = 128, /* terms of one sum in registers, at most */
    WINOGRAD_PACKED_INPUTS = 16 /* input channels whose kernels are transformed together: a line of a cache */
};

/* How the tiles are shared out, and where scratch memory lies (offsets in floats).
 *
 * Transformed kernels that all threads share would be written anew in every step over lines that the other threads have
 * read, which takes longer than to transform them. So where they are small each thread has its own. */
struct winograd_plan {
    struct tiling tiles;
    int64_t points, planes, in, out; /* channels */
    int64_t tasks, tiles_at_once, blocks, blocks_at_once, pieces; /* pieces of one plane */
    int64_t in_row, in_plane, product_plane, product_block;
    int has_copies;
    int64_t kernels, kernel_floats; /* shared ones lie at 0, copies in the memory of each member */
    int64_t zeros, piece_table, has_kernels, products, sums, members, member_floats; /* a member's inputs lie at 0 */
};

/* Smaller tasks for more threads: no sum depends on where the cuts are. */
static struct winograd_plan plan_winograd(int form, const struct tap_convolution *t, int threads) {
    struct winograd_plan plan = {.tiles = cut_tiles(form, t->n, t->vertical.out, t->horizontal.out),
                                 .points = SQUARE(WINOGRAD_SIDE(form)),
                                 .planes = first_plane(form, SQUARE(WINOGRAD_SIDE(form))),
                                 .in = t->group_in,
                                 .out = t->group_out,
                                 .blocks = ceil_divide(t->group_out, BLOCK),
                                 .in_row = transformed_row(t->group_in)};
    const int64_t wanted = threads > 1 ? threads * WINOGRAD_TASKS_PER_THREAD : 1;
    plan.kernel_floats = plan.planes * plan.blocks * plan.in * BLOCK;
    plan.has_copies = threads > 1 && threads <= WINOGRAD_MOST_COPIES && plan.kernel_floats <= WINOGRAD_COPIED_KERNELS;
    const int64_t parts = WINOGRAD_INPUT_FLOATS / (plan.planes * plan.in_row * TILE_2);
    const int64_t least = plan.kernel_floats > WINOGRAD_NEAR_KERNELS ? WINOGRAD_LEAST_PARTS_OF_FAR : 1;
    const int64_t most = TILE_2 * larger(least, smaller(WINOGRAD_MOST_PARTS, parts));
    const int64_t fair = larger(TILE_2, ceil_divide(plan.tiles.count, wanted));
    plan.tasks = ceil_divide(plan.tiles.count, smaller(most, fair));
    if (plan.tasks > 1 && plan.tasks < wanted) { /* few tasks: as many for one thread as for the other */
        plan.tasks = round_up(plan.tasks, threads);
    }
    plan.tiles_at_once = ceil_divide(plan.tiles.count, larger(1, plan.tasks));
    plan.in_plane = transformed_plane(plan.tiles_at_once, plan.in_row);
    plan.product_plane = transformed_plane(plan.tiles_at_once, BLOCK);
    plan.product_block = plan.points * plan.product_plane;
    plan.blocks_at_once = larger(1, smaller(plan.blocks, WINOGRAD_PRODUCT_FLOATS / plan.product_block));
    plan.pieces = ceil_divide(plan.in, WINOGRAD_CHAIN_TERMS);
    plan.zeros = plan.has_copies ? 0 : plan.kernel_floats;
    plan.piece_table = plan.zeros + plan.in_row;
    const int64_t pieces = WINOGRAD_SHARES(form) * plan.pieces;
    plan.has_kernels = round_up(plan.piece_table + pieces * (int64_t)(sizeof(struct piece) / sizeof(float)), 16);
    plan.members = plan.has_kernels + (plan.has_copies ? threads * WINOGRAD_LINE : 0);
    plan.products = plan.planes * plan.in_plane;
    plan.sums = plan.products + plan.blocks_at_once * plan.product_block;
    plan.kernels = plan.has_copies ? plan.sums + TILE_1 * BLOCK : 0;
    plan.member_floats = plan.has_copies ? plan.kernels + plan.kernel_floats : plan.sums + TILE_1 * BLOCK;
    return plan;
}

/* Everything that the threads of one run share. */
struct winograd_run {
    const struct tap_convolution *t;
    const struct winograd_plan *plan;
    int team; /* threads at work */
    float *memory;
    int is_finite; /* whether all outputs so far are; threads only ever clear it */
};

#define AT_PACKED(i, j) vector_load(packed + ((i) * WINOGRAD_TAPS(FORM) + (j)) * inputs * width + at)
#define TO_KERNEL(i, j, value) vector_store(target + plane_of_slice(FORM, i, j) * plane + at, value)

/* G g G^T of one block of output channels and some input channels: (block, plane, input, lane). */
CONVLAB_INLINE void transform_kernels(const int FORM, const struct winograd_run *run, int64_t number,
                                      float *kernels) {
    const struct tap_convolution *t = run->t;
    const struct winograd_plan *plan = run->plan;
    const int64_t block = number % plan->blocks, first = number / plan->blocks * WINOGRAD_PACKED_INPUTS;
    const int64_t inputs = smaller(WINOGRAD_PACKED_INPUTS, plan->in - first);
    const int64_t channels = smaller(BLOCK, plan->out - block * BLOCK);
    const int64_t width = block_vectors(channels) * CONVLAB_LANES, plane = plan->in * width;
    float packed[SQUARE(WINOGRAD_MOST_TAPS) * WINOGRAD_PACKED_INPUTS * BLOCK];
    float *target = kernels + block * plan->planes * plan->in * BLOCK + first * width;
    pack_block(packed, t, t->w + block * BLOCK * t->w_out + first * t->w_in, channels, inputs);
    for (int64_t at = 0; at < inputs * width; at += CONVLAB_LANES) {
        WINOGRAD_MAP_TO(FORM, form_kernel_line, kernel_parts, 0.5f, WINOGRAD_TAPS(FORM), WINOGRAD_SLICES(FORM),
                        AT_PACKED, TO_KERNEL);
    }
}

#undef AT_PACKED
#undef TO_KERNEL

static inline int64_t parts_of_kernels(const struct winograd_plan *plan) {
    return plan->blocks * ceil_divide(plan->in, WINOGRAD_PACKED_INPUTS);
}

/* The kernels that a member works with: its own are transformed before its first task. */
CONVLAB_INLINE const float *kernels_of_member(const int FORM, const struct winograd_run *run, int member) {
    const struct winograd_plan *plan = run->plan;
    if (!plan->has_copies) {
        return run->memory;
    }
    float *kernels = run->memory + plan->members + member * plan->member_floats + plan->kernels;
    int *has_kernels = (int *)(run->memory + plan->has_kernels) + member * WINOGRAD_LINE;
    for (int64_t number = 0; !*has_kernels && number < parts_of_kernels(plan); number++) {
        transform_kernels(FORM, run, number, kernels);
    }
    *has_kernels = 1;
    return kernels;
}

/* Some tiles, and the memory of one thread for them. */
struct winograd_task {
    float *inputs, *products, *sums;
    const float *kernels;
    int64_t first, end;     /* tiles */
    struct tile_at of_kind; /* the end, behind the places that each kind of points takes */
    struct stretch next_inputs, outputs;
};

static struct winograd_task nth_task(const struct winograd_run *run, int64_t number, int member) {
    const struct tap_convolution *t = run->t;
    const struct winograd_plan *plan = run->plan;
    const int64_t first = part_start(plan->tiles.count, plan->tasks, number);
    const int64_t end = part_start(plan->tiles.count, plan->tasks, number + 1), count = end - first;
    const int64_t next = first + run->team * count; /* most likely this thread's */
    const int64_t of_point = ceil_divide(count, plan->out > CONVLAB_LANES ? TILE_2 : TILE_1);
    const int64_t times = plan->blocks * plan->points * of_point;
    float *inputs = run->memory + plan->members + member * plan->member_floats;
    return (struct winograd_task){
        .inputs = inputs,
        .products = inputs + plan->products,
        .sums = inputs + plan->sums,
        .first = first,
        .end = end,
        .of_kind = tile_from(&plan->tiles, first, end),
        .next_inputs = stretch_of_tiles(t->x, t->vertical.in * t->horizontal.in * plan->in, &plan->tiles, next,
                                        next + count, times),
        .outputs = stretch_of_tiles(t->y, t->vertical.out * t->horizontal.out * plan->out, &plan->tiles, first, end,
                                    times),
    };
}

/* products[point, slot, out] = sum over the planes of the point and the input channels of inputs[plane, slot, in] *
 * kernels[plane, in, out] */
CONVLAB_INLINE void multiply_points(const int FORM, const struct winograd_run *run, struct winograd_task *task,
                                    int64_t block, float *products) {
    static const float no_bias[BLOCK] = {0};
    const struct winograd_plan *plan = run->plan;
    const int vectors = block_vectors(plan->out - block * BLOCK);
    const int64_t width = vectors * CONVLAB_LANES;
    struct tile_job job = {
        .pieces = (const struct piece *)(run->memory + plan->piece_table),
        .x_pixel = plan->in_row,
        .y_pixel = width,
        .w = task->kernels + block * plan->planes * plan->in * BLOCK,
        .bias = no_bias,
        .lanes = CONVLAB_LANES,
        .first = 1,
        .last = 1,
    };
    for (int point = 0; point < SQUARE(WINOGRAD_SIDE(FORM)); point++) {
        const int64_t plane = first_plane(FORM, point), shares = first_plane(FORM, point + 1) - plane;
        const int64_t tiles = shares ? task->of_kind.slots[kind_of_point(FORM, point)] : 0;
        const int64_t parts = ceil_divide(tiles, vectors == 2 ? TILE_2 : TILE_1);
        job.pieces_count = shares * plan->pieces;
        for (int64_t part = 0; part < parts; part++) {
            const int64_t start = part_start(tiles, parts, part);
            call_for(&task->next_inputs, 0);
            call_for(&task->outputs, 1);
            tap_tiles[vectors - 1][part_start(tiles, parts, part + 1) - start](
                &job, task->inputs + plane * plan->in_plane + start * plan->in_row, task->sums,
                products + point * plan->product_plane + start * width);
        }
        job.w += shares * plan->in * width;
    }
}

#define AT_POINT(i, j) \
    vector_load(products[LACKS ? KIND_OF_POINT(FORM, i, j) : 0] + ((i) * WINOGRAD_SIDE(FORM) + (j)) * plane)
#define TO_PIXEL(i, j, value)                                                                             \
    do {                                                                                                  \
        const vector_float output = (value) + bias;                                                       \
        seen += output;                                                                                   \
        vector_store(y + (i) * row + (j) * pixel, relu ? vector_max((vector_float){0}, output) : output); \
    } while (0)

/* A^T m A plus the bias for one vector of channels, whose products lie in a place for each kind of points; returns the
 * sum of all outputs. */
CONVLAB_INLINE vector_float transform_products(const int FORM, const int LACKS, const float *const *products,
                                               int64_t plane, vector_float bias, int relu, float *y, int64_t row,
                                               int64_t pixel) {
    vector_float seen = {0};
    WINOGRAD_MAP_FROM(FORM, form_output_line, output_number, 1.0f, WINOGRAD_SIDE(FORM), WINOGRAD_OUT(FORM), AT_POINT,
                      TO_PIXEL);
    return seen;
}

#undef AT_POINT
#undef TO_PIXEL

/* The outputs of one tile for one vector of channels, those that exist; returns their sum. */
CONVLAB_INLINE vector_float write_outputs(const int FORM, const int LACKS, const struct winograd_run *run,
                                          const struct window *window, int64_t k, const float *const *products) {
    const struct tap_convolution *t = run->t;
    const int OUT = WINOGRAD_OUT(FORM);
    const int64_t lanes = smaller(CONVLAB_LANES, run->plan->out - k), plane = run->plan->product_plane;
    const vector_float bias = t->bias ? vector_load_partial(t->bias + k, lanes) : (vector_float){0};
    float *corner = t->y + window->offset + k;
    if (is_whole(window, OUT) && lanes == CONVLAB_LANES && !activates_outputs(t)) {
        return transform_products(FORM, LACKS, products, plane, bias, t->relu, corner, window->row, window->pixel);
    }
    float square[WINOGRAD_MOST_OUT * WINOGRAD_MOST_OUT * CONVLAB_LANES];
    vector_float seen = {0}; /* what does not exist may be anything */
    transform_products(FORM, LACKS, products, plane, bias, 0, square, OUT * CONVLAB_LANES, CONVLAB_LANES);
    for (int64_t i = 0; i < window->row1; i++) {
        for (int64_t j = 0; j < window->column1; j++) {
            float *output = square + (i * OUT + j) * CONVLAB_LANES;
            seen += vector_load(output);
            if (t->relu) {
                vector_store(output, vector_max((vector_float){0}, vector_load(output)));
            }
        }
    }
    if (activates_outputs(t)) {
        t->activation(square, square, OUT * OUT * CONVLAB_LANES, t->activation_parameters);
    }
    for (int64_t i = 0; i < window->row1; i++) {
        for (int64_t j = 0; j < window->column1; j++) {
            vector_store_partial(corner + i * window->row + j * window->pixel,
                                 vector_load(square + (i * OUT + j) * CONVLAB_LANES), lanes);
        }
    }
    return seen;
}

/* Whether every lane is finite: 0 * x is 0 just for those. */
CONVLAB_INLINE int all_finite(vector_float values) {
    const vector_int finite = values * 0.0f == 0.0f;
    int all = -1;
    UNROLL for (int i = 0; i < CONVLAB_LANES; i++) { all &= finite[i]; }
    return all != 0;
}

/* The outputs of a task's tiles for some blocks of channels; returns their sum. */
CONVLAB_INLINE vector_float write_tiles(const int FORM, const int LACKS, const struct winograd_run *run,
                                        const struct winograd_task *task, int64_t block0, int64_t block1) {
    const struct tap_convolution *t = run->t;
    const struct winograd_plan *plan = run->plan;
    struct tile_at at = tile_from(&plan->tiles, task->first, task->first);
    vector_float seen = {0};
    for (int64_t tile = task->first; tile < task->end; tile++, to_next_tile(&plan->tiles, &at)) {
        const struct window window = window_of_tile(&plan->tiles, &at, t->vertical.out, t->horizontal.out, plan->out,
                                                    WINOGRAD_OUT(FORM), 0, 0);
        for (int64_t k = block0 * BLOCK; k < smaller(plan->out, block1 * BLOCK); k += CONVLAB_LANES) {
            const int64_t block = k / BLOCK, width = block_vectors(plan->out - block * BLOCK) * CONVLAB_LANES;
            const float *of_block = task->products + (block - block0) * plan->product_block + k % BLOCK;
            const float *of_kind[POINT_KINDS];
            UNROLL for (int kind = 0; kind < POINT_KINDS; kind++) {
                of_kind[kind] = of_block + at.slots[kind] * width;
            }
            seen += write_outputs(FORM, LACKS, run, &window, k, of_kind);
        }
    }
    return seen;
}

CONVLAB_INLINE void run_winograd_task(const int FORM, struct winograd_run *run, int64_t number, int member) {
    const struct tap_convolution *t = run->t;
    const struct winograd_plan *plan = run->plan;
    struct winograd_task task = nth_task(run, number, member);
    task.kernels = kernels_of_member(FORM, run, member);
    const struct tiled_image image = {t->x, &t->vertical, &t->horizontal, plan->in, run->memory + plan->zeros};
    vector_float seen = {0};
    transform_inputs(FORM, task.inputs, plan->in_plane, plan->in_row, &image, &plan->tiles,
                     tile_from(&plan->tiles, task.first, task.first), task.end - task.first);
    for (int64_t block0 = 0; block0 < plan->blocks; block0 += plan->blocks_at_once) {
        const int64_t block1 = smaller(plan->blocks, block0 + plan->blocks_at_once);
        for (int64_t block = block0; block < block1; block++) {
            multiply_points(FORM, run, &task, block, task.products + (block - block0) * plan->product_block);
        }
        seen += lacks_outputs(&plan->tiles) ? write_tiles(FORM, 1, run, &task, block0, block1)
                                            : write_tiles(FORM, 0, run, &task, block0, block1);
    }
    if (!all_finite(seen)) {
        __atomic_store_n(&run->is_finite, 0, __ATOMIC_RELAXED);
    }
}

/* What the threads do in one form. */
struct winograd_steps {
    int form;
    convlab_task transform_kernels, run;
};

#define DEFINE_WINOGRAD_STEPS(FORM)                                                               \
    static void transform_kernels_##FORM(void *context, int64_t number, int member) {             \
        (void)member;                                                                             \
        const struct winograd_run *run = context;                                                 \
        transform_kernels(FORM, run, number, run->memory);                                        \
    }                                                                                             \
    static void run_task_##FORM(void *context, int64_t number, int member) {                      \
        run_winograd_task(FORM, context, number, member);                                         \
    }                                                                                             \
    static const struct winograd_steps steps_##FORM = {FORM, transform_kernels_##FORM, run_task_##FORM};

DEFINE_WINOGRAD_STEPS(WINOGRAD_2)
DEFINE_WINOGRAD_STEPS(WINOGRAD_4)
DEFINE_WINOGRAD_STEPS(WINOGRAD_4_COMPLEX)
DEFINE_WINOGRAD_STEPS(WINOGRAD_4_5)
DEFINE_WINOGRAD_STEPS(WINOGRAD_4_COMPLEX_5)

/* What a tile sums at a point: its planes, whose terms are cut where a chain would become too long. */
static void fill_pieces(struct piece *pieces, int form, const struct winograd_plan *plan) {
    const int64_t count = WINOGRAD_SHARES(form) * plan->pieces;
    int64_t chain = 0;
    for (int64_t i = 0; i < count; i++) {
        const int64_t start = part_start(plan->in, plan->pieces, i % plan->pieces);
        const int64_t length = part_start(plan->in, plan->pieces, i % plan->pieces + 1) - start;
        chain += length;
        pieces[i] = (struct piece){i / plan->pieces * plan->in_plane + start, length,
                                   chain + length > WINOGRAD_CHAIN_TERMS};
        chain = pieces[i].ends_chain ? 0 : chain;
    }
}

/* Returns whether all outputs are finite. */
static int run_winograd(const struct winograd_steps *steps, const struct tap_convolution *t, int threads,
                        void *scratch) {
    const struct winograd_plan plan = plan_winograd(steps->form, t, threads);
    const int team = convlab_threads_for(plan.tiles.count * plan.kernel_floats, plan.tasks, threads);
    struct winograd_run run = {t, &plan, team, scratch, 1};
    fill_pieces((struct piece *)(run.memory + plan.piece_table), steps->form, &plan);
    memset(run.memory + plan.zeros, 0, (size_t)plan.in_row * sizeof(float));
    memset(run.memory + plan.has_kernels, 0, (size_t)(plan.members - plan.has_kernels) * sizeof(float));
    if (!plan.has_copies) {
        const int64_t parts = parts_of_kernels(&plan);
        convlab_share(convlab_threads_for(plan.kernel_floats * WINOGRAD_COST_OF_KERNEL, parts, team), parts,
                      steps->transform_kernels, &run);
    }
    convlab_share(team, plan.tasks, steps->run, &run);
    return run.is_finite;
}

static int64_t winograd_scratch_bytes(int form, const struct tap_convolution *t, int threads) {
    const struct winograd_plan plan = plan_winograd(form, t, threads);
    return (plan.members + threads * plan.member_floats) * (int64_t)sizeof(float);
}

/* `name` with each operation's name behind it. */
#define DEFINE_WINOGRAD(name, FORM)                                                                                \
    static const char *refuse_##name##_forward(const struct convlab_conv2d_problem *problem) {                     \
        return refuse_winograd(FORM, problem, problem->oh, problem->ow, problem->c, problem->k);                   \
    }                                                                                                              \
    static void name##_forward(const struct convlab_conv2d_problem *problem,                                       \
                               const struct convlab_conv2d_arguments *arguments, int threads, void *scratch) {     \
        const struct tap_convolution t = forward_taps(problem, arguments);                                         \
        if (!run_winograd(&steps_##FORM, &t, threads, scratch)) {                                                  \
            direct_forward(problem, arguments, threads, scratch);                                                  \
        }                                                                                                          \
    }                                                                                                              \
    static int64_t name##_forward_scratch(const struct convlab_conv2d_problem *problem, int threads) {             \
        const struct convlab_conv2d_arguments nothing = {0};                                                       \
        const struct tap_convolution t = forward_taps(problem, &nothing);                                          \
        return larger(winograd_scratch_bytes(FORM, &t, threads), direct_forward_scratch(problem, threads));        \
    }                                                                                                              \
    static const char *refuse_##name##_backward_input(const struct convlab_conv2d_problem *problem) {              \
        return refuse_winograd(FORM, problem, problem->h, problem->w, problem->k, problem->c);                     \
    }                                                                                                              \
    static void name##_backward_input(const struct convlab_conv2d_problem *problem,                                \
                                      const struct convlab_conv2d_arguments *arguments, int threads,               \
                                      void *scratch) {                                                             \
        const struct tap_convolution t = backward_input_taps(problem, arguments, 0);                               \
        if (!run_winograd(&steps_##FORM, &t, threads, scratch)) {                                                  \
            direct_backward_input(problem, arguments, threads, scratch);                                           \
        }                                                                                                          \
    }                                                                                                              \
    static int64_t name##_backward_input_scratch(const struct convlab_conv2d_problem *problem, int threads) {      \
        const struct convlab_conv2d_arguments nothing = {0};                                                       \
        const struct tap_convolution t = backward_input_taps(problem, &nothing, 0);                                \
        return larger(winograd_scratch_bytes(FORM, &t, threads), direct_backward_input_scratch(problem, threads)); \
    }

DEFINE_WINOGRAD(winograd2, WINOGRAD_2)
DEFINE_WINOGRAD(winograd4, WINOGRAD_4)
DEFINE_WINOGRAD(winograd4_complex, WINOGRAD_4_COMPLEX)
DEFINE_WINOGRAD(winograd4_5, WINOGRAD_4_5)
DEFINE_WINOGRAD(winograd4_complex_5, WINOGRAD_4_COMPLEX_5)

#endif
