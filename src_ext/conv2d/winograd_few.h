/* Winograd's F(2x2, 3x3) of few input channels, forward: no product of a tile leaves the registers.
 *
 * Two rows of outputs at a time. The four rows of inputs that they see are transformed for all tiles at once: along the
 * columns of the image as whole rows, along its rows as sums of a row and of itself one, two or three pixels further on.
 * Then, for one vector of output channels, some tiles sum the products of one row of their 4x4 points, which becomes
 * part of the outputs before the next row is begun. A NaN or an infinity would spread to all outputs of a tile: where
 * there is one, the direct kernel does the whole problem again.
 */
#ifndef CONVLAB_WINOGRAD_FEW_H
#define CONVLAB_WINOGRAD_FEW_H

#include <math.h>

#include "winograd.h"

enum {
    FEW_LEAST_INPUTS = 3, /* with fewer, the direct kernels multiply less than this one moves */
    FEW_MOST_INPUTS = 4,
    FEW_LEAST_OUTPUTS = 32, /* that share what is transformed */
    FEW_TILES = 3,          /* at once: 12 sums of products and 12 outputs in registers */
    FEW_POINTS = 4          /* along one axis */
};

/* Where scratch memory lies: offsets in floats. Transformed kernels lie at 0: (vector, row of points, input channel,
 * point of the row, lane). A row of inputs, or of transformed ones, is `row` long. */
struct few_plan {
    int64_t down, across, vectors, tasks;
    int64_t row, bias, members, member_floats;
};

static struct few_plan plan_few(const struct tap_convolution *t, int threads) {
    struct few_plan plan = {.down = ceil_divide(t->vertical.out, 2),
                            .across = ceil_divide(t->horizontal.out, 2),
                            .vectors = ceil_divide(t->group_out, CONVLAB_LANES)};
    const int64_t rows = t->n * plan.down;
    plan.tasks = smaller(rows, threads > 1 ? threads * WINOGRAD_TASKS_PER_THREAD : 1);
    /* whole vectors, and the pixels behind a tile's first that its sums reach */
    plan.row = round_up(2 * plan.across * t->group_in, 16) + round_up((FEW_POINTS - 1) * t->group_in, 16);
    plan.bias = plan.vectors * SQUARE(FEW_POINTS) * t->group_in * CONVLAB_LANES;
    plan.members = plan.bias + plan.vectors * CONVLAB_LANES;
    plan.member_floats = (FEW_POINTS + SQUARE(FEW_POINTS) + 1) * plan.row;
    return plan;
}

struct few_run {
    const struct tap_convolution *t;
    const struct few_plan *plan;
    float *memory;
    int streams;   /* whether outputs go to memory past the caches */
    int is_finite; /* whether all outputs so far are; threads only ever clear it */
};

#define AT_TAP(i, j) vector_load(packed + (((i) * 3 + (j)) * t->group_in + c) * CONVLAB_LANES)
#define TO_FEW_KERNEL(i, j, value) \
    vector_store(target + (((i) * t->group_in + c) * FEW_POINTS + (j)) * CONVLAB_LANES, value)

/* G g G^T, and the bias, the lanes behind the last channel zero. */
static void transform_few_kernels(const struct tap_convolution *t, const struct few_plan *plan, float *memory) {
    memset(memory + plan->bias, 0, (size_t)(plan->members - plan->bias) * sizeof(float));
    if (t->bias) {
        memcpy(memory + plan->bias, t->bias, (size_t)t->group_out * sizeof(float));
    }
    for (int64_t vector = 0; vector < plan->vectors; vector++) {
        const int64_t first = vector * CONVLAB_LANES, lanes = smaller(CONVLAB_LANES, t->group_out - first);
        float packed[9 * FEW_MOST_INPUTS * CONVLAB_LANES];
        float *target = memory + vector * SQUARE(FEW_POINTS) * t->group_in * CONVLAB_LANES;
        pack_block(packed, t, t->w + first * t->w_out, lanes, t->group_in);
        for (int64_t c = 0; c < t->group_in; c++) {
            WINOGRAD_MAP(WINOGRAD_2, form_kernel_line, 3, FEW_POINTS, AT_TAP, TO_FEW_KERNEL);
        }
    }
}

#undef AT_TAP
#undef TO_FEW_KERNEL

/* B^T d along the columns of an image, for four of its rows, of which some may not exist. */
static void transform_few_columns(const struct tap_convolution *t, const struct few_plan *plan, int64_t n, int64_t top,
                                  float *columns, const float *zeros) {
    const int64_t channels = t->group_in, row = plan->row;
    const struct overlap across = overlap_input(&t->horizontal, t->horizontal.origin, row / channels);
    const float *rows[FEW_POINTS];
    for (int64_t i = 0; i < FEW_POINTS; i++) {
        const int is_inside = top + i >= 0 && top + i < t->vertical.in;
        rows[i] = is_inside ? t->x + ((n * t->vertical.in + top + i) * t->horizontal.in + across.first) * channels : zeros;
    }
    columns += across.before * channels;
    for (int64_t at = 0; at < across.inside * channels; at += CONVLAB_LANES) {
        const int64_t lanes = smaller(CONVLAB_LANES, across.inside * channels - at);
        vector_float d[FEW_POINTS], v[FEW_POINTS];
        UNROLL for (int i = 0; i < FEW_POINTS; i++) { d[i] = vector_load_partial(rows[i] + at, lanes); }
        input_line(2, d, 1, v);
        UNROLL for (int i = 0; i < FEW_POINTS; i++) { vector_store_partial(columns + i * row + at, v[i], lanes); }
    }
}

/* B^T d B for all tiles of one row: [row of points][point of the row][column and channel]; returns it. */
static const float *transform_few_inputs(const struct tap_convolution *t, const struct few_plan *plan, int64_t n,
                                         int64_t down, float *member) {
    const int64_t row = plan->row, pixel = t->group_in, used = round_up(2 * plan->across * pixel, CONVLAB_LANES);
    float *points = member + FEW_POINTS * row;
    transform_few_columns(t, plan, n, 2 * down + t->vertical.origin, member, points + SQUARE(FEW_POINTS) * row);
    for (int64_t i = 0; i < FEW_POINTS; i++) {
        for (int64_t at = 0; at < used; at += CONVLAB_LANES) {
            vector_float d[FEW_POINTS], v[FEW_POINTS];
            UNROLL for (int j = 0; j < FEW_POINTS; j++) { d[j] = vector_load(member + i * row + at + j * pixel); }
            input_line(2, d, 1, v);
            UNROLL for (int j = 0; j < FEW_POINTS; j++) { vector_store(points + (i * FEW_POINTS + j) * row + at, v[j]); }
        }
    }
    return points;
}

/* A^T (products) A of T neighbouring tiles for one vector of channels: outputs [tile][row][column]. */
CONVLAB_INLINE void multiply_few(const int T, int64_t channels, const float *points, int64_t row,
                                 const float *kernels, vector_float (*y)[2][2]) {
    UNROLL for (int i = 0; i < FEW_POINTS; i++, points += FEW_POINTS * row) {
        vector_float sum[FEW_TILES][FEW_POINTS] = {0};
        for (int64_t c = 0; c < channels; c++, kernels += FEW_POINTS * CONVLAB_LANES) {
            UNROLL for (int j = 0; j < FEW_POINTS; j++) {
                vector_float kernel = vector_load(kernels + j * CONVLAB_LANES);
                VECTOR_IN_REGISTER(kernel);
                UNROLL for (int tile = 0; tile < T; tile++) {
                    sum[tile][j] += vector_broadcast(points[j * row + tile * 2 * channels + c]) * kernel;
                }
            }
        }
        UNROLL for (int tile = 0; tile < T; tile++) {
            vector_float half[2];
            output_line(2, sum[tile], 1, half);
            UNROLL for (int column = 0; column < 2; column++) {
                vector_float *upper = &y[tile][0][column], *lower = &y[tile][1][column];
                if (i == 0) {
                    *upper = half[column];
                } else if (i < 3) {
                    *upper += half[column];
                }
                if (i == 1) {
                    *lower = half[column];
                } else if (i > 1) {
                    *lower -= half[column];
                }
            }
        }
    }
}

/* What the tiles of one row write to, for one vector of channels. */
struct few_target {
    const struct tap_convolution *t;
    vector_float bias, least; /* least: 0 for relu, else minus infinity */
    float *y;                 /* the first pixel of the upper row */
    int64_t rows, lanes;
    int streams, is_plain;    /* plain: both rows exist, and whole vectors are written as they are */
};

/* What is not written in one go: some lanes of a vector, or values that an activation changes. */
static void write_few_pixel(const struct few_target *target, float *y, vector_float value) {
    float values[CONVLAB_LANES];
    vector_store(values, value);
    if (activates_outputs(target->t)) {
        target->t->activation(values, values, CONVLAB_LANES, target->t->activation_parameters);
    }
    vector_store_partial(y, vector_load(values), target->lanes);
}

/* T tiles from column `first` on; returns the sum of their outputs. */
CONVLAB_INLINE vector_float few_tiles(const int T, const float *points, int64_t row, const float *kernels,
                                      const struct few_target *target, int64_t first) {
    const struct tap_convolution *t = target->t;
    const vector_float bias = target->bias, least = target->least;
    const int is_plain = target->is_plain && first + 2 * T <= t->horizontal.out;
    vector_float y[FEW_TILES][2][2], seen = {0};
    multiply_few(T, t->group_in, points + first * t->group_in, row, kernels, y);
    float *corner = target->y + first * t->y_pixel;
    UNROLL for (int tile = 0; tile < T; tile++) {
        UNROLL for (int down = 0; down < 2; down++) {
            UNROLL for (int across = 0; across < 2; across++) {
                float *pixel = corner + down * t->y_row + (2 * tile + across) * t->y_pixel;
                const vector_float output = y[tile][down][across] + bias, value = vector_max(least, output);
                if (is_plain && target->streams) {
                    vector_stream(pixel, value);
                } else if (is_plain) {
                    vector_store(pixel, value);
                } else if (down < target->rows && first + 2 * tile + across < t->horizontal.out) {
                    write_few_pixel(target, pixel, value);
                } else {
                    continue; /* what does not exist may be anything */
                }
                seen += output;
            }
        }
    }
    return seen;
}

/* Some tiles of a row for one vector of output channels; returns the sum of their outputs. */
static vector_float few_part(const struct few_run *run, const float *points, int64_t n, int64_t down, int64_t first,
                             int64_t tiles, int64_t vector) {
    const struct tap_convolution *t = run->t;
    const int64_t k = vector * CONVLAB_LANES, row = run->plan->row;
    const int64_t rows = t->vertical.out - 2 * down, lanes = smaller(CONVLAB_LANES, t->group_out - k);
    const float *kernels = run->memory + vector * SQUARE(FEW_POINTS) * t->group_in * CONVLAB_LANES;
    const struct few_target target = {
        .t = t,
        .bias = vector_load(run->memory + run->plan->bias + k),
        .least = vector_broadcast(t->relu ? 0.0f : -INFINITY),
        .y = t->y + n * t->y_image + 2 * down * t->y_row + k,
        .rows = rows,
        .lanes = lanes,
        .streams = run->streams,
        .is_plain = rows >= 2 && lanes == CONVLAB_LANES && !activates_outputs(t),
    };
    return tiles == 3   ? few_tiles(3, points, row, kernels, &target, 2 * first)
           : tiles == 2 ? few_tiles(2, points, row, kernels, &target, 2 * first)
                        : few_tiles(1, points, row, kernels, &target, 2 * first);
}

/* One row of tiles; returns the sum of its outputs. */
static vector_float few_row(const struct few_run *run, int64_t number, float *member) {
    const struct few_plan *plan = run->plan;
    const int64_t n = number / plan->down, down = number % plan->down, parts = ceil_divide(plan->across, FEW_TILES);
    const float *points = transform_few_inputs(run->t, plan, n, down, member);
    vector_float seen = {0};
    for (int64_t part = 0; part < parts; part++) {
        const int64_t first = part_start(plan->across, parts, part);
        const int64_t tiles = part_start(plan->across, parts, part + 1) - first;
        for (int64_t vector = 0; vector < plan->vectors; vector++) {
            seen += few_part(run, points, n, down, first, tiles, vector);
        }
    }
    return seen;
}

static void run_few_task(void *context, int64_t task, int member) {
    struct few_run *run = context;
    const struct few_plan *plan = run->plan;
    const int64_t rows = run->t->n * plan->down;
    float *memory = run->memory + plan->members + member * plan->member_floats;
    vector_float seen = {0};
    /* the ends of rows, which stand for pixels outside of the image, and the row behind them stay zero */
    memset(memory, 0, (size_t)plan->member_floats * sizeof(float));
    for (int64_t row = part_start(rows, plan->tasks, task); row < part_start(rows, plan->tasks, task + 1); row++) {
        seen += few_row(run, row, memory);
    }
    if (run->streams) {
        vector_stream_end();
    }
    if (!all_finite(seen)) {
        __atomic_store_n(&run->is_finite, 0, __ATOMIC_RELAXED);
    }
}

static void winograd2_few_forward(const struct convlab_conv2d_problem *problem,
                                  const struct convlab_conv2d_arguments *arguments, int threads, void *scratch) {
    const struct tap_convolution t = forward_taps(problem, arguments);
    const struct few_plan plan = plan_few(&t, threads);
    const int64_t work = t.n * plan.down * plan.across * plan.bias;
    struct few_run run = {&t, &plan, scratch, streams_output(&t), 1};
    transform_few_kernels(&t, &plan, run.memory);
    convlab_share(convlab_threads_for(work, plan.tasks, threads), plan.tasks, run_few_task, &run);
    if (!run.is_finite) {
        direct_forward(problem, arguments, threads, scratch);
    }
}

static int64_t winograd2_few_forward_scratch(const struct convlab_conv2d_problem *problem, int threads) {
    const struct convlab_conv2d_arguments nothing = {0};
    const struct tap_convolution t = forward_taps(problem, &nothing);
    const struct few_plan plan = plan_few(&t, threads);
    const int64_t bytes = (plan.members + threads * plan.member_floats) * (int64_t)sizeof(float);
    return larger(bytes, direct_forward_scratch(problem, threads));
}

static const char *refuse_winograd2_few_forward(const struct convlab_conv2d_problem *q) {
    if (q->is_double) {
        return "float64 runs in the reference loops";
    }
    if (q->r != 3 || q->s != 3 || q->groups != 1) {
        return "not a 3x3 kernel in one group";
    }
    if (q->stride_h != 1 || q->stride_w != 1 || q->dilation_h != 1 || q->dilation_w != 1) {
        return "stride and dilation must be 1";
    }
    if (q->c < FEW_LEAST_INPUTS || q->c > FEW_MOST_INPUTS || q->k < FEW_LEAST_OUTPUTS) {
        return "not 3 or 4 channels in and at least 32 out";
    }
    if (SQUARE(FEW_POINTS) * ceil_divide(q->oh, 2) * ceil_divide(q->ow, 2) >= q->r * q->s * q->oh * q->ow) {
        return "too few pixels: most of a tile would reach over the edges";
    }
    return CONVLAB_VECTOR_BYTES < 64 ? "the sums of a tile need 32 registers" : NULL;
}

#endif
