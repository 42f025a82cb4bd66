/* Backward to weights and bias for few output channels: see spread.h.
 *
 * dw[k, i, j, c] = sum over n, h, p of x[n, h + i, p + j, c] * dy[n, h, p, k]
 *
 * dy lies in memory as its vectors are wanted, x is spread over the channels of dy. A lane sums what belongs to its
 * channel k; lanes of one channel are added at the very end. Bands of rows form chunks, every chunk has a buffer of
 * its own, and those are added in order: the result does not depend on the threads.
 */
#ifndef CONVLAB_SPREAD_WEIGHT_H
#define CONVLAB_SPREAD_WEIGHT_H

#include "backward_weight.h"
#include "spread.h"

#if CONVLAB_VECTOR_BYTES == 64
enum { SPREAD_COLUMNS_3 = 4, SPREAD_COLUMNS_5 = 5 }; /* of taps that registers hold, with 3 and 5 rows */
#else
enum { SPREAD_COLUMNS_3 = 3, SPREAD_COLUMNS_5 = 2 };
#endif

enum { SPREAD_CHAIN = 64 }; /* terms of one sum in registers, about */

struct spread_weight_job {
    int64_t vectors, x_step, dy_step; /* vectors of the same channels, and their distances */
    int64_t rows, x_row, dy_row, x_column;
    int64_t lanes; /* that exist in the last vector */
};

/* One row of the spread input against the rows of dy that it meets: those of taps [low, high). */
CONVLAB_INLINE void add_spread_row(const int T, const int J, const int low, const int high, const float *x,
                                   int64_t x_column, int64_t lanes, const vector_float *of,
                                   vector_float (*total)[5]) {
    UNROLL for (int j = 0; j < J; j++) {
        vector_float value = vector_load_partial(x + j * x_column, lanes);
        VECTOR_IN_REGISTER(value);
        UNROLL for (int i = 0; i < T; i++) {
            if (i >= low && i < high) {
                total[j][i] += value * of[i];
            }
        }
    }
}

/* T rows x J columns of taps over the rows of a band; adds to target, [column][row][lane]. The rows of dy that taps
 * 0 to T - 1 meet move through registers. */
CONVLAB_INLINE void spread_weight_tile(const int T, const int J, const struct spread_weight_job *job, const float *x,
                                       const float *dy, float *target) {
    vector_float total[5][5];
    UNROLL for (int j = 0; j < J; j++) {
        UNROLL for (int i = 0; i < T; i++) { total[j][i] = (vector_float){0}; }
    }
    for (int64_t v = 0; v < job->vectors; v++, x += job->x_step, dy += job->dy_step) {
        const int64_t lanes = v + 1 < job->vectors ? CONVLAB_LANES : job->lanes;
        const float *from = x, *gradient = dy;
        vector_float of[5] = {0};
        UNROLL for (int row = 0; row < 2 * T - 2; row++) {
            if (row == T - 1) {
                for (int64_t h = job->rows - T + 1; h > 0; h--, from += job->x_row, gradient += job->dy_row) {
                    UNROLL for (int i = T - 1; i > 0; i--) { of[i] = of[i - 1]; }
                    of[0] = vector_load_partial(gradient, lanes);
                    add_spread_row(T, J, 0, T, from, job->x_column, lanes, of, total);
                }
            }
            UNROLL for (int i = T - 1; i > 0; i--) { of[i] = of[i - 1]; }
            if (row < T - 1) {
                of[0] = vector_load_partial(gradient, lanes);
                gradient += job->dy_row;
                add_spread_row(T, J, 0, row + 1, from, job->x_column, lanes, of, total);
            } else {
                add_spread_row(T, J, row - T + 2, T, from, job->x_column, lanes, of, total);
            }
            from += job->x_row;
        }
    }
    UNROLL for (int j = 0; j < J; j++) {
        UNROLL for (int i = 0; i < T; i++, target += CONVLAB_LANES) {
            vector_store(target, vector_load(target) + total[j][i]);
        }
    }
}

typedef void (*spread_weight_function)(const struct spread_weight_job *job, const float *x, const float *dy,
                                       float *target);

#define DEFINE_SPREAD_WEIGHT_TILE(T, J)                                                                       \
    static void spread_weight_tile_##T##x##J(const struct spread_weight_job *job, const float *x,             \
                                             const float *dy, float *target) {                                \
        spread_weight_tile(T, J, job, x, dy, target);                                                         \
    }
DEFINE_SPREAD_WEIGHT_TILE(3, 1)
DEFINE_SPREAD_WEIGHT_TILE(3, 2)
DEFINE_SPREAD_WEIGHT_TILE(3, 3)
DEFINE_SPREAD_WEIGHT_TILE(5, 1)
DEFINE_SPREAD_WEIGHT_TILE(5, 2)
#if CONVLAB_VECTOR_BYTES == 64
DEFINE_SPREAD_WEIGHT_TILE(3, 4)
DEFINE_SPREAD_WEIGHT_TILE(5, 3)
DEFINE_SPREAD_WEIGHT_TILE(5, 4)
DEFINE_SPREAD_WEIGHT_TILE(5, 5)
#endif

/* The tile for up to so many neighbouring columns of taps, and how many it does. */
static spread_weight_function choose_spread_weight_tile(int64_t rows, int64_t columns, int64_t *done) {
    static const spread_weight_function of_3[] = {spread_weight_tile_3x1, spread_weight_tile_3x2, spread_weight_tile_3x3,
#if CONVLAB_VECTOR_BYTES == 64
                                                  spread_weight_tile_3x4
#endif
    };
    static const spread_weight_function of_5[] = {spread_weight_tile_5x1, spread_weight_tile_5x2,
#if CONVLAB_VECTOR_BYTES == 64
                                                  spread_weight_tile_5x3, spread_weight_tile_5x4, spread_weight_tile_5x5
#endif
    };
    *done = smaller(columns, rows == 3 ? SPREAD_COLUMNS_3 : SPREAD_COLUMNS_5);
    return (rows == 3 ? of_3 : of_5)[*done - 1];
}

struct spread_weight_run {
    const struct weight_gradient *g;
    struct spread spread;
    float *memory; /* holds each chunk's sums, [input channel][vector of the period][column][row][lane] and then
                    * [vector of the period][lane] for the bias, and each thread's band and row */
    int64_t chunks, sums_floats, buffer_floats, band_floats, thread_floats;
};

static struct spread_weight_run plan_spread_weight(const struct weight_gradient *g, float *memory) {
    struct spread_weight_run run = {.g = g, .spread = plan_spread(&g->vertical, &g->horizontal, g->group_out)};
    const struct spread *s = &run.spread;
    run.memory = memory;
    run.sums_floats = g->group_in * g->vertical.taps * g->horizontal.taps * s->period * CONVLAB_LANES;
    run.buffer_floats = round_up(run.sums_floats + s->period * CONVLAB_LANES, 16);
    run.chunks = smaller(g->n * s->bands, smaller(MOST_CHUNKS, CHUNK_BUFFERS_FLOATS / run.buffer_floats));
    run.chunks = larger(1, run.chunks);
    run.band_floats = round_up(spread_band_floats(s, &g->vertical), 16);
    run.thread_floats = run.band_floats + round_up(s->row_pixels, 16);
    return run;
}

/* Adds the sum of dy over a band to sums. */
static void add_spread_bias(const struct spread_weight_run *run, const float *dy, int64_t rows, float *sums) {
    const struct spread *s = &run->spread;
    const int64_t floats = run->g->horizontal.out * s->channels;
    for (int64_t phase = 0; phase < s->period; phase++) {
        vector_float sum = {0};
        for (int64_t at = phase * CONVLAB_LANES; at < floats; at += s->period * CONVLAB_LANES) {
            const int64_t lanes = smaller(CONVLAB_LANES, floats - at);
            vector_float column = {0};
            for (int64_t h = 0; h < rows; h++) {
                column += vector_load_partial(dy + h * floats + at, lanes);
            }
            sum += column;
        }
        float *target = sums + phase * CONVLAB_LANES;
        vector_store(target, vector_load(target) + sum);
    }
}

/* All taps of one input channel, which is spread, over a band of dy. */
static void add_spread_channel(const struct spread_weight_run *run, const float *x, const float *dy, int64_t rows,
                               float *sums) {
    const struct weight_gradient *g = run->g;
    const struct spread *s = &run->spread;
    const int64_t floats = g->horizontal.out * s->channels, step = s->period * CONVLAB_LANES;
    const int64_t most = larger(1, SPREAD_CHAIN / s->rows);
    struct spread_weight_job job = {0, step, step, rows, s->row_floats, floats, s->channels, 0};
    for (int64_t phase = 0; phase < s->period; phase++) {
        for (int64_t j = 0, done; j < g->horizontal.taps; j += done) {
            const spread_weight_function tile =
                choose_spread_weight_tile(g->vertical.taps, g->horizontal.taps - j, &done);
            for (int64_t v = phase; v < s->vectors; v += most * s->period) {
                const int64_t last = smaller(v + (most - 1) * s->period,
                                             v + (s->vectors - 1 - v) / s->period * s->period);
                job.vectors = (last - v) / s->period + 1;
                job.lanes = smaller(CONVLAB_LANES, floats - last * CONVLAB_LANES);
                tile(&job, x + v * CONVLAB_LANES + j * s->channels, dy + v * CONVLAB_LANES, sums);
            }
            sums += done * g->vertical.taps * CONVLAB_LANES;
        }
    }
}

static void run_spread_chunk(void *context, int64_t chunk, int member) {
    const struct spread_weight_run *run = context;
    const struct weight_gradient *g = run->g;
    const struct spread *s = &run->spread;
    const int64_t bands = g->n * s->bands, channels = g->group_in;
    float *sums = run->memory + chunk * run->buffer_floats;
    float *band = run->memory + run->chunks * run->buffer_floats + member * run->thread_floats;
    memset(sums, 0, (size_t)run->buffer_floats * sizeof(float));
    for (int64_t b = part_start(bands, run->chunks, chunk); b < part_start(bands, run->chunks, chunk + 1); b++) {
        const int64_t n = b / s->bands, h0 = part_start(g->vertical.out, s->bands, b % s->bands);
        const int64_t h1 = part_start(g->vertical.out, s->bands, b % s->bands + 1);
        const float *x = g->x + n * g->vertical.in * g->horizontal.in * channels;
        const float *dy = g->dy + (n * g->vertical.out + h0) * g->horizontal.out * s->channels;
        if (g->db) {
            add_spread_bias(run, dy, h1 - h0, sums + run->sums_floats);
        }
        for (int64_t c = 0; c < channels; c++) {
            spread_band(band, band + run->band_floats, x + c, s, &g->vertical, &g->horizontal, channels, h0, h1);
            add_spread_channel(run, band, dy, h1 - h0, sums + c * (run->sums_floats / channels));
        }
    }
}

/* Adds up neighbouring vectors of all chunks, into those of the first chunk. */
static void add_spread_chunks(const struct spread_weight_run *run, float *sums, int64_t floats) {
    for (int64_t f = 0; f < floats; f += CONVLAB_LANES) {
        vector_store(sums + f, add_chunks(sums + f, run->chunks, run->buffer_floats));
    }
}

/* The sum of all lanes of output channel k, in a period whose vectors are `step` floats apart. */
static float sum_of_channel(const struct spread *s, const float *sums, int64_t step, int64_t k) {
    float sum = 0.0f;
    for (int64_t f = k; f < s->period * CONVLAB_LANES; f += s->channels) {
        sum += sums[f / CONVLAB_LANES * step + f % CONVLAB_LANES];
    }
    return sum;
}

/* dw[..., c] of one input channel; behind the last one, db. */
static void reduce_spread_channel(void *context, int64_t c, int member) {
    const struct spread_weight_run *run = context;
    const struct weight_gradient *g = run->g;
    const struct spread *s = &run->spread;
    const int64_t taps = g->vertical.taps * g->horizontal.taps, floats = run->sums_floats / g->group_in;
    float *sums = run->memory + c * floats;
    (void)member;
    if (c == g->group_in) {
        add_spread_chunks(run, sums, s->period * CONVLAB_LANES);
        for (int64_t k = 0; k < s->channels; k++) {
            g->db[k] = sum_of_channel(s, sums, CONVLAB_LANES, k);
        }
        return;
    }
    add_spread_chunks(run, sums, floats);
    for (int64_t k = 0; k < s->channels; k++) {
        for (int64_t tap = 0; tap < taps; tap++) {
            const int64_t i = tap / g->horizontal.taps, j = tap % g->horizontal.taps;
            g->dw[k * g->dw_out + tap * g->group_in + c] =
                sum_of_channel(s, sums + (j * g->vertical.taps + i) * CONVLAB_LANES, taps * CONVLAB_LANES, k);
        }
    }
}

static const char *refuse_spread_weight(const struct convlab_conv2d_problem *problem) {
    const struct convlab_conv2d_arguments nothing = {0};
    const struct weight_gradient g = weight_gradient_of(problem, &nothing);
    return refuse_spread(problem, &g.vertical, &g.horizontal, g.group_in, g.group_out);
}

static void spread_backward_weight(const struct convlab_conv2d_problem *problem,
                                   const struct convlab_conv2d_arguments *arguments, int threads, void *scratch) {
    const struct weight_gradient g = weight_gradient_of(problem, arguments);
    struct spread_weight_run run = plan_spread_weight(&g, scratch);
    const int64_t work = g.n * g.vertical.out * run.spread.vectors * run.sums_floats / run.spread.period;
    const int64_t additions = run.chunks * run.buffer_floats * COST_OF_ADDITION, results = g.group_in + (g.db != NULL);
    const int team = convlab_threads_for(work, run.chunks, threads);
    convlab_share(team, run.chunks, run_spread_chunk, &run);
    convlab_share(convlab_threads_for(additions, results, team), results, reduce_spread_channel, &run);
}

static int64_t spread_backward_weight_scratch(const struct convlab_conv2d_problem *problem, int threads) {
    const struct convlab_conv2d_arguments nothing = {0};
    const struct weight_gradient g = weight_gradient_of(problem, &nothing);
    const struct spread_weight_run run = plan_spread_weight(&g, NULL);
    return (run.chunks * run.buffer_floats + threads * run.thread_floats) * (int64_t)sizeof(float);
}

#endif
