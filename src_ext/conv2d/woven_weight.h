/* Backward to the weights of small groups: vectors hold the channels of several groups (see woven_group).
 *
 * dw[k, i, j, c] = sum over n, o, p of x[n, row(o, i), column(p, j), group of k, c] * dy[n, o, p, k]
 * Strips, chunks and their fixed order are those of backward_weight.h.
 */
#ifndef CONVLAB_WOVEN_WEIGHT_H
#define CONVLAB_WOVEN_WEIGHT_H

#include "backward_weight.h"

struct woven_weight_plan {
    struct strips strips;
    int copies;
    int64_t group, channels;
    int64_t chunks, width, blocks, taps; /* width: channels of a block */
    int64_t in_rows, in_columns, x_row, x_image;
    int64_t buffers, buffer_floats, strip, copy_floats, thread_floats;
};

static struct woven_weight_plan plan_woven_weight(const struct weight_gradient *g) {
    struct woven_weight_plan plan = {0};
    const int64_t channels = g->groups * g->group_out;
    plan.group = g->group_out;
    plan.channels = channels;
    plan.strips =
        cut_strips(g->n, &g->vertical, &g->horizontal, channels, WEIGHT_STRIP_PIXELS, WEIGHT_COPY_FLOATS);
    plan.copies = axis_leaves_input(&g->vertical) || axis_leaves_input(&g->horizontal);
    plan.chunks = larger(1, smaller(strips_count(&plan.strips), MOST_CHUNKS));
    plan.width = channels >= BLOCK ? BLOCK : CONVLAB_LANES;
    plan.blocks = ceil_divide(channels, plan.width);
    plan.taps = g->vertical.taps * g->horizontal.taps;
    plan.in_rows = axis_span(&g->vertical, plan.strips.rows);
    plan.in_columns = axis_span(&g->horizontal, plan.strips.columns);
    plan.x_row = (plan.copies ? plan.in_columns : g->horizontal.in) * channels;
    plan.x_image = plan.x_row * (plan.copies ? plan.in_rows : g->vertical.in);
    plan.copy_floats = plan.copies ? round_up(plan.strips.images * plan.x_image, 16) : 0;
    plan.thread_floats = plan.copy_floats;
    plan.buffer_floats = plan.blocks * plan.taps * plan.group * BLOCK;
    plan.buffers = round_up(plan.chunks * channels, 16);
    plan.strip = plan.buffers + plan.chunks * plan.buffer_floats;
    return plan;
}

/* Where a block's channels begin, and how many they are: the last block moves back until it is full. */
static inline int64_t woven_start(const struct woven_weight_plan *plan, int64_t channels, int64_t block,
                                      int64_t *count) {
    const int64_t begin = block * plan->width;
    const int64_t full = block_vectors(smaller(plan->width, channels - begin)) * CONVLAB_LANES;
    *count = smaller(full, channels);
    return larger(0, smaller(begin, channels - full));
}

struct woven_weight_job {
    int64_t images, rows, columns;
    int64_t x_image, x_row, x_pixel, x_tap;
    int64_t dy_image, dy_row, dy_pixel;
    int64_t lanes; /* channels that exist in a single vector */
    int first;
};

enum { WOVEN_MOST_SUMS = 8 };

/* P neighbouring taps x V vectors of channels over the pixels of a strip; target is [tap][member][V * LANES]. */
CONVLAB_INLINE void woven_weight_tile(const int P, const int V, const int GROUP, const struct woven_weight_job *job,
                                      const float *x, const float *dy, float *target) {
    vector_float total[WOVEN_MOST_SUMS][2];
    const int whole = V == 2 || job->lanes == CONVLAB_LANES;
    const int64_t lines = job->images * job->rows;
    int begins = job->first;
    clear_tile(P * GROUP, V, total);
    for (int64_t line = 0; line < lines; line++) {
        if (line > 0 && line == lines / 2) { /* two chains, as in weight_tile */
            keep_tile(P * GROUP, V, total, target, begins);
            clear_tile(P * GROUP, V, total);
            begins = 0;
        }
        const int64_t n = line / job->rows, h = line % job->rows;
        const float *from = x + n * job->x_image + h * job->x_row, *of = dy + n * job->dy_image + h * job->dy_row;
        for (int64_t w = job->columns; w > 0; w--, from += job->x_pixel, of += job->dy_pixel) {
            UNROLL for (int v = 0; v < V; v++) {
                const int64_t lane = v * CONVLAB_LANES;
                const vector_float gradient = whole ? vector_load(of + lane) : vector_load_partial(of, job->lanes);
                UNROLL for (int p = 0; p < P; p++) {
                    const float *tap = from + p * job->x_tap;
                    const vector_float value = whole ? vector_load(tap + lane) : vector_load_partial(tap, job->lanes);
                    UNROLL for (int j = 0; j < GROUP; j++) {
                        total[p * GROUP + j][v] += gradient * vector_group_member(value, GROUP, j);
                    }
                }
            }
        }
    }
    keep_tile(P * GROUP, V, total, target, begins);
}

typedef void (*woven_weight_function)(const struct woven_weight_job *job, const float *x, const float *dy,
                                      float *target);

#define DEFINE_WOVEN_WEIGHT_TILES(GROUP, P)                                                                   \
    static void woven_weight_##GROUP##_1x##P(const struct woven_weight_job *job, const float *x,              \
                                             const float *dy, float *target) {                                \
        woven_weight_tile(P, 1, GROUP, job, x, dy, target);                                                   \
    }                                                                                                         \
    static void woven_weight_##GROUP##_2x##P(const struct woven_weight_job *job, const float *x,              \
                                             const float *dy, float *target) {                                \
        woven_weight_tile(P, 2, GROUP, job, x, dy, target);                                                   \
    }
DEFINE_WOVEN_WEIGHT_TILES(1, 1)
DEFINE_WOVEN_WEIGHT_TILES(1, 2)
DEFINE_WOVEN_WEIGHT_TILES(1, 3)
DEFINE_WOVEN_WEIGHT_TILES(1, 4)
DEFINE_WOVEN_WEIGHT_TILES(2, 1)
DEFINE_WOVEN_WEIGHT_TILES(2, 2)
DEFINE_WOVEN_WEIGHT_TILES(4, 1)
DEFINE_WOVEN_WEIGHT_TILES(8, 1)

/* The tile for up to so many neighbouring taps of a row, and how many it does. */
static woven_weight_function choose_woven_weight_tile(int64_t group, int64_t taps, int vectors, int64_t *done) {
    static const woven_weight_function single[4][2] = {{woven_weight_1_1x1, woven_weight_1_2x1},
                                                       {woven_weight_1_1x2, woven_weight_1_2x2},
                                                       {woven_weight_1_1x3, woven_weight_1_2x3},
                                                       {woven_weight_1_1x4, woven_weight_1_2x4}};
    static const woven_weight_function pairs[2][2] = {{woven_weight_2_1x1, woven_weight_2_2x1},
                                                      {woven_weight_2_1x2, woven_weight_2_2x2}};
    static const woven_weight_function fours[2] = {woven_weight_4_1x1, woven_weight_4_2x1};
    static const woven_weight_function eights[2] = {woven_weight_8_1x1, woven_weight_8_2x1};
    *done = smaller(taps, group == 1 ? 4 : group == 2 ? 2 : 1);
    return group == 1   ? single[*done - 1][vectors - 1]
           : group == 2 ? pairs[*done - 1][vectors - 1]
           : group == 4 ? fours[vectors - 1]
                        : eights[vectors - 1];
}

static void run_woven_strip(const struct weight_gradient *g, const struct woven_weight_plan *plan,
                                const struct strip *strip, const float *x, float *buffer, int first) {
    const int64_t channels = plan->channels, across = g->horizontal.taps;
    const float *dy = g->dy + ((strip->n0 * g->vertical.out + strip->h0) * g->horizontal.out + strip->w0) * channels;
    struct woven_weight_job job = {
        .images = strip->n1 - strip->n0,
        .rows = strip->h1 - strip->h0,
        .columns = strip->w1 - strip->w0,
        .x_image = plan->x_image,
        .x_row = g->vertical.step * plan->x_row,
        .x_pixel = g->horizontal.step * channels,
        .x_tap = g->horizontal.spacing * channels,
        .dy_image = g->vertical.out * g->horizontal.out * channels,
        .dy_row = g->horizontal.out * channels,
        .dy_pixel = channels,
        .first = first,
    };
    for (int64_t block = 0; block < plan->blocks; block++) {
        const int64_t start = woven_start(plan, channels, block, &job.lanes);
        const int vectors = block_vectors(job.lanes);
        for (int64_t tap = 0, done; tap < plan->taps; tap += done) {
            const float *from = x + tap / across * g->vertical.spacing * plan->x_row + tap % across * job.x_tap + start;
            const woven_weight_function tile =
                choose_woven_weight_tile(plan->group, across - tap % across, vectors, &done);
            tile(&job, from, dy + start,
                 buffer + (block * plan->taps * 2 + tap * vectors) * plan->group * CONVLAB_LANES);
        }
    }
}

struct woven_weight_run {
    const struct weight_gradient *g;
    const struct woven_weight_plan *plan;
    float *memory;
};

static void run_woven_chunk(void *context, int64_t chunk, int member) {
    const struct woven_weight_run *run = context;
    const struct weight_gradient *g = run->g;
    const struct woven_weight_plan *plan = run->plan;
    float *memory = run->memory, *copy = memory + plan->strip + member * plan->thread_floats;
    const int64_t strips = strips_count(&plan->strips), first = part_start(strips, plan->chunks, chunk);
    for (int64_t s = first; s < part_start(strips, plan->chunks, chunk + 1); s++) {
        const struct strip strip = nth_strip(&plan->strips, g->n, g->vertical.out, g->horizontal.out, s);
        const float *x = copy;
        if (plan->copies) {
            copy_strip(copy, g->x, &strip, &g->vertical, &g->horizontal, plan->channels, plan->in_rows, plan->in_columns);
        } else {
            x = g->x + strip.n0 * plan->x_image +
                (g->vertical.origin + strip.h0 * g->vertical.step) * plan->x_row +
                (g->horizontal.origin + strip.w0 * g->horizontal.step) * plan->channels;
        }
        run_woven_strip(g, plan, &strip, x, memory + plan->buffers + chunk * plan->buffer_floats, s == first);
        if (g->db) {
            add_bias_gradient(memory + chunk * plan->channels, g, &strip, s == first);
        }
    }
}

/* All chunks added in order; channels that two blocks share come out equal from both. */
static void reduce_woven(const struct weight_gradient *g, const struct woven_weight_plan *plan, const float *memory) {
    const int64_t terms = plan->taps * plan->group;
    for (int64_t block = 0; block < plan->blocks; block++) {
        int64_t count;
        const int64_t start = woven_start(plan, plan->channels, block, &count);
        const int64_t width = block_vectors(count) * CONVLAB_LANES;
        for (int64_t term = 0; term < terms; term++) {
            const float *from = memory + plan->buffers + block * terms * BLOCK + term * width;
            for (int64_t c = 0; c < count; c++) {
                float sum = from[c];
                for (int64_t chunk = 1; chunk < plan->chunks; chunk++) {
                    sum += from[chunk * plan->buffer_floats + c];
                }
                g->dw[(start + c) * terms + term] = sum;
            }
        }
    }
}

static const char *refuse_not_woven(const struct convlab_conv2d_problem *problem) {
    if (problem->is_double) {
        return "float64 runs in the reference loops";
    }
    return woven_group(problem) ? NULL : "the groups are not small: 1, 2, 4 or 8 channels in and as many out";
}

static void woven_backward_weight(const struct convlab_conv2d_problem *problem,
                                      const struct convlab_conv2d_arguments *arguments, int threads, void *scratch) {
    const struct weight_gradient g = weight_gradient_of(problem, arguments);
    const struct woven_weight_plan plan = plan_woven_weight(&g);
    float *memory = scratch;
    const int64_t work = g.n * g.vertical.out * g.horizontal.out * plan.taps * plan.group * plan.channels;
    const int team = convlab_threads_for(work, plan.chunks, threads);
    struct woven_weight_run run = {&g, &plan, memory};
    convlab_share(team, plan.chunks, run_woven_chunk, &run);
    reduce_woven(&g, &plan, memory);
    reduce_bias(&g, memory, plan.chunks);
}

static int64_t woven_backward_weight_scratch(const struct convlab_conv2d_problem *problem, int threads) {
    const struct convlab_conv2d_arguments nothing = {0};
    const struct weight_gradient g = weight_gradient_of(problem, &nothing);
    const struct woven_weight_plan plan = plan_woven_weight(&g);
    return (plan.strip + threads * plan.thread_floats) * (int64_t)sizeof(float);
}

#endif
