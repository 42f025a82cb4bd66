/* Forward and backward to the input for few output channels: see spread.h.
 *
 * A task is a band of rows of one image. It spreads one input channel after the other, each summed in registers over
 * all taps, and on top of the sums of those before. No sum depends on how images are cut.
 */
#ifndef CONVLAB_SPREAD_CONVOLUTION_H
#define CONVLAB_SPREAD_CONVOLUTION_H

#include "dot_tile.h"
#include "spread_tile.h"
#include "team.h"

struct spread_run {
    const struct tap_convolution *t;
    struct spread spread;
    float *memory; /* holds the biases of a period, the weights, and each thread's band, sums and row */
    int64_t weights, threads, band_floats, thread_floats; /* offsets in memory, in floats */
};

static struct spread_run plan_spread_run(const struct tap_convolution *t, float *memory) {
    struct spread_run run = {.t = t, .spread = plan_spread(&t->vertical, &t->horizontal, t->group_out)};
    const struct spread *s = &run.spread;
    const int64_t floats = s->period * CONVLAB_LANES, sums = s->vectors * s->rows * CONVLAB_LANES;
    run.memory = memory;
    run.weights = round_up(floats, 16);
    run.threads = run.weights + round_up(t->group_in * t->vertical.taps * t->horizontal.taps * floats, 16);
    run.band_floats = round_up(spread_band_floats(s, &t->vertical), 16);
    run.thread_floats = round_up(run.band_floats + sums + s->row_pixels, 16);
    return run;
}

static int64_t spread_scratch_bytes(const struct tap_convolution *t, int threads) {
    const struct spread_run run = plan_spread_run(t, NULL);
    return (run.threads + threads * run.thread_floats) * (int64_t)sizeof(float);
}

/* Biases as [vector of the period][lane], weights as [input channel][vector of the period][column][row][lane]. */
static void pack_spread(const struct spread_run *run) {
    const struct tap_convolution *t = run->t;
    const int64_t floats = run->spread.period * CONVLAB_LANES;
    float *bias = run->memory, *target = run->memory + run->weights;
    for (int64_t f = 0; f < floats; f++) {
        bias[f] = t->bias ? t->bias[f % t->group_out] : 0.0f;
    }
    for (int64_t c = 0; c < t->group_in; c++) {
        for (int64_t first = 0; first < floats; first += CONVLAB_LANES) {
            for (int64_t j = 0; j < t->horizontal.taps; j++) {
                for (int64_t i = 0; i < t->vertical.taps; i++) {
                    const float *from = t->w + i * t->w_row + j * t->w_column + c * t->w_in;
                    for (int64_t lane = 0; lane < CONVLAB_LANES; lane++) {
                        *target++ = from[(first + lane) % t->group_out * t->w_out];
                    }
                }
            }
        }
    }
}

static void run_spread_task(void *context, int64_t number, int member) {
    const struct spread_run *run = context;
    const struct tap_convolution *t = run->t;
    const struct spread *s = &run->spread;
    float *band = run->memory + run->threads + member * run->thread_floats, *sums = band + run->band_floats;
    float *row = sums + s->vectors * s->rows * CONVLAB_LANES;
    const int64_t n = number / s->bands, h0 = part_start(t->vertical.out, s->bands, number % s->bands);
    const int64_t h1 = part_start(t->vertical.out, s->bands, number % s->bands + 1), rows = h1 - h0;
    const int64_t taps = t->vertical.taps * t->horizontal.taps, floats = t->horizontal.out * t->group_out;
    const spread_function tile = spread_tiles[t->vertical.taps == 5][rows];
    struct spread_job job = {t->horizontal.taps, s->row_floats, t->group_out, t->y_row, 0, 0, 0, t->relu};
    const float *x = t->x + n * t->vertical.in * t->horizontal.in * t->group_in;
    float *y = t->y + n * t->y_image + h0 * t->y_row;
    for (int64_t c = 0; c < t->group_in; c++) {
        spread_band(band, row, x + c, s, &t->vertical, &t->horizontal, t->group_in, h0, h1);
        job.first = c == 0;
        job.last = c + 1 == t->group_in;
        const float *weights = run->memory + run->weights + c * s->period * taps * CONVLAB_LANES;
        for (int64_t v = 0, phase = 0; v < s->vectors; v++, phase = phase + 1 < s->period ? phase + 1 : 0) {
            const int64_t at = v * CONVLAB_LANES;
            job.lanes = smaller(CONVLAB_LANES, floats - at);
            tile(&job, band + at, weights + phase * taps * CONVLAB_LANES,
                 vector_load(run->memory + phase * CONVLAB_LANES), sums + at * s->rows, y + at);
        }
    }
    if (activates_outputs(t)) {
        t->activation(y, y, rows * t->y_row, t->activation_parameters);
    }
}

static void run_spread(const struct tap_convolution *t, int threads, void *scratch) {
    struct spread_run run = plan_spread_run(t, scratch);
    const int64_t tasks = t->n * run.spread.bands, taps = t->vertical.taps * t->horizontal.taps;
    const int64_t work = t->n * t->vertical.out * run.spread.vectors * CONVLAB_LANES * taps * t->group_in;
    pack_spread(&run);
    convlab_share(convlab_threads_for(work, tasks, threads), tasks, run_spread_task, &run);
}

static const char *refuse_spread_taps(const struct convlab_conv2d_problem *problem, const struct tap_convolution *t) {
    if (t->groups == 1 && prefers_dots(t->group_out, t->vertical.taps, t->horizontal.taps * t->group_in)) {
        return "vectors along the window waste less";
    }
    return refuse_spread(problem, &t->vertical, &t->horizontal, t->group_in, t->group_out);
}

static const char *refuse_spread_forward(const struct convlab_conv2d_problem *problem) {
    const struct convlab_conv2d_arguments nothing = {0};
    const struct tap_convolution t = forward_taps(problem, &nothing);
    return refuse_spread_taps(problem, &t);
}

static void spread_forward(const struct convlab_conv2d_problem *problem,
                           const struct convlab_conv2d_arguments *arguments, int threads, void *scratch) {
    const struct tap_convolution t = forward_taps(problem, arguments);
    run_spread(&t, threads, scratch);
}

static int64_t spread_forward_scratch(const struct convlab_conv2d_problem *problem, int threads) {
    const struct convlab_conv2d_arguments nothing = {0};
    const struct tap_convolution t = forward_taps(problem, &nothing);
    return spread_scratch_bytes(&t, threads);
}

/* With stride 1 there is one phase: the kernel rotated, in and out exchanged. */
static const char *refuse_spread_backward_input(const struct convlab_conv2d_problem *problem) {
    const struct convlab_conv2d_arguments nothing = {0};
    const struct tap_convolution t = backward_input_taps(problem, &nothing, 0);
    return refuse_spread_taps(problem, &t);
}

static void spread_backward_input(const struct convlab_conv2d_problem *problem,
                                  const struct convlab_conv2d_arguments *arguments, int threads, void *scratch) {
    const struct tap_convolution t = backward_input_taps(problem, arguments, 0);
    run_spread(&t, threads, scratch);
}

static int64_t spread_backward_input_scratch(const struct convlab_conv2d_problem *problem, int threads) {
    const struct convlab_conv2d_arguments nothing = {0};
    const struct tap_convolution t = backward_input_taps(problem, &nothing, 0);
    return spread_scratch_bytes(&t, threads);
}

#endif
