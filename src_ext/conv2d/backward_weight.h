/* Backward to weights and bias: strips into chunk buffers, chunk buffers added in order. */
#ifndef CONVLAB_BACKWARD_WEIGHT_H
#define CONVLAB_BACKWARD_WEIGHT_H

#include "weight_pack.h"

/* Everything that the threads of one run share. */
struct weight_run {
    const struct weight_gradient *g;
    const struct weight_plan *plan;
    float *bias_sums, *buffers, *memory;
};

/* Tile number `tile` against all blocks of its group: x is packed (see pack_input), or merged and copied. */
static void run_weight_tile(const struct weight_run *run, const struct strip *strip, int64_t tile, const float *x,
                            const float *dy, float *buffer, int first) {
    const struct weight_gradient *g = run->g;
    const struct weight_plan *plan = run->plan;
    const int64_t group = plan->merged ? 0 : tile / plan->tiles_per_group;
    const int64_t row = plan->merged ? tile / plan->tiles_per_group : 0;
    const int64_t start = tile_start(plan, tile % plan->tiles_per_group);
    const int64_t width = tile_start(plan, tile % plan->tiles_per_group + 1) - start;
    const int64_t pixel = plan->merged ? g->group_in : width, taps = g->horizontal.taps;
    struct weight_job job = {strip->n1 - strip->n0,
                             strip->h1 - strip->h0,
                             strip->w1 - strip->w0,
                             plan->in_rows * plan->in_columns * pixel,
                             g->vertical.step * plan->in_columns * pixel,
                             g->horizontal.step * pixel,
                             NULL,
                             first};
    const int64_t pixels = job.images * job.rows * job.columns;
    const float *base = plan->merged ? x + start + row * g->vertical.spacing * plan->in_columns * pixel
                                     : x + (group * g->group_in + start) * plan->in_pixels;
    for (int64_t b = 0; b < plan->blocks_per_group; b++) {
        const int64_t block = group * plan->blocks_per_group + b;
        const int vectors = block_vectors(smaller(BLOCK, g->group_out - b * BLOCK));
        const weight_tile_function function = weight_tiles[vectors - 1][width];
        float *target = buffer + block * plan->terms * BLOCK;
        job.gradient = dy + block * pixels * BLOCK;
        if (plan->merged) {
            function(&job, base, target + (row * plan->tile_length + start) * vectors * CONVLAB_LANES);
            continue;
        }
        for (int64_t tap = 0; tap < g->vertical.taps * taps; tap++) {
            const int64_t offset = tap / taps * g->vertical.spacing * plan->in_columns +
                                   tap % taps * g->horizontal.spacing;
            function(&job, base + offset * width,
                     target + (tap * g->group_in + start) * vectors * CONVLAB_LANES);
        }
    }
}

static void run_weight_task(void *context, int64_t number, int member) {
    const struct weight_run *run = context;
    const struct weight_gradient *g = run->g;
    const struct weight_plan *plan = run->plan;
    float *x = run->memory + plan->strip + member * plan->thread_floats, *dy = x + plan->x_floats;
    const int64_t chunk = number / plan->splits, split = number % plan->splits;
    const int64_t strips = strips_count(&plan->strips);
    const int64_t tile0 = part_start(plan->tiles, plan->splits, split);
    const int64_t tile1 = part_start(plan->tiles, plan->splits, split + 1);
    const int64_t first_strip = part_start(strips, plan->chunks, chunk);
    const int64_t group0 = plan->merged ? 0 : tile0 / plan->tiles_per_group;
    const int64_t group1 = plan->merged ? 1 : (tile1 - 1) / plan->tiles_per_group + 1;
    for (int64_t s = first_strip; s < part_start(strips, plan->chunks, chunk + 1); s++) {
        const struct strip strip = nth_strip(&plan->strips, g->n, g->vertical.out, g->horizontal.out, s);
        pack_gradient(dy, g, plan, &strip, group0 * plan->blocks_per_group, group1 * plan->blocks_per_group);
        if (plan->merged) {
            copy_strip(x, g->x, &strip, &g->vertical, &g->horizontal, g->group_in, plan->in_rows, plan->in_columns);
        } else {
            pack_input(x, g, plan, &strip, tile0, tile1);
        }
        if (split == 0 && g->db) {
            add_bias_gradient(run->bias_sums + chunk * g->bias_channels, g, &strip, s == first_strip);
        }
        for (int64_t tile = tile0; tile < tile1; tile++) {
            run_weight_tile(run, &strip, tile, x, dy, run->buffers + chunk * plan->buffer_floats, s == first_strip);
        }
    }
}

/* Chunks are summed some at a time: the fewer additions follow each other, the smaller the error. */
enum { CHUNKS_SUMMED = 6 };

/* One vector of all chunks, whose buffers are `apart` floats from each other, added up. */
CONVLAB_INLINE vector_float add_chunks(const float *buffer, int64_t chunks, int64_t apart) {
    vector_float total = {0};
    for (int64_t first = 0; first < chunks; first += CHUNKS_SUMMED) {
        vector_float sum = {0};
        for (int64_t chunk = first; chunk < smaller(chunks, first + CHUNKS_SUMMED); chunk++) {
            sum += vector_load(buffer + chunk * apart);
        }
        total += sum;
    }
    return total;
}

/* Adding up one float of a chunk, which is not in the cache, counts as so many multiply-adds. */
enum { TERMS_AT_ONCE = 32, COST_OF_ADDITION = 8 };

/* dw[k, terms] for the output channels of one block and some neighbouring terms: all chunks added. */
static void reduce_terms(void *context, int64_t piece, int member) {
    const struct weight_run *run = context;
    const struct weight_gradient *g = run->g;
    const struct weight_plan *plan = run->plan;
    const int64_t pieces = ceil_divide(plan->terms, TERMS_AT_ONCE), block = piece / pieces;
    const int64_t term0 = piece % pieces * TERMS_AT_ONCE, term1 = smaller(plan->terms, term0 + TERMS_AT_ONCE);
    (void)member;
    const int64_t channel = block % plan->blocks_per_group * BLOCK;
    const int64_t channels = smaller(BLOCK, g->group_out - channel);
    const int64_t width = block_vectors(channels) * CONVLAB_LANES, count = (term1 - term0) * width;
    const float *from = run->buffers + block * plan->terms * BLOCK + term0 * width;
    float *dw = g->dw + (block / plan->blocks_per_group * g->group_out + channel) * g->dw_out + term0 * g->dw_term;
    float sums[TERMS_AT_ONCE * BLOCK] __attribute__((aligned(CONVLAB_VECTOR_BYTES)));
    for (int64_t i = 0; i < count; i += CONVLAB_LANES) {
        vector_store(sums + i, add_chunks(from + i, plan->chunks, plan->buffer_floats));
    }
    for (int64_t k = 0; k < channels; k++) {
        for (int64_t term = 0; term < term1 - term0; term++) {
            dw[k * g->dw_out + term * g->dw_term] = sums[term * width + k];
        }
    }
}

/* db[k]: all chunks' sums added. */
static void reduce_bias(const struct weight_gradient *g, const float *sums, int64_t chunks) {
    for (int64_t k = 0; g->db && k < g->bias_channels; k++) {
        float total = 0.0f;
        for (int64_t first = 0; first < chunks; first += CHUNKS_SUMMED) {
            float sum = 0.0f;
            for (int64_t chunk = first; chunk < smaller(chunks, first + CHUNKS_SUMMED); chunk++) {
                sum += sums[chunk * g->bias_channels + k];
            }
            total += sum;
        }
        g->db[k] = total;
    }
}

/* dw[k,i,j,c] = sum over n,o,p of x[n, o*stride - pad + i*dilation, ..., c] * dy[n,o,p,k]; db[k] = sum of dy */
static void direct_backward_weight(const struct convlab_conv2d_problem *problem,
                                   const struct convlab_conv2d_arguments *arguments, int threads, void *scratch) {
    const struct weight_gradient g = weight_gradient_of(problem, arguments);
    const struct weight_plan plan = plan_weight_gradient(&g, threads);
    float *memory = scratch;
    struct weight_run run = {&g, &plan, memory + plan.bias_sums, memory + plan.buffers, memory};
    const int64_t tasks = plan.chunks * plan.splits, pieces = ceil_divide(plan.terms, TERMS_AT_ONCE);
    const int64_t pixels = g.n * g.vertical.out * g.horizontal.out;
    const int team = convlab_threads_for(pixels * plan.buffer_floats, tasks, threads);
    const int64_t additions = plan.chunks * plan.buffer_floats * COST_OF_ADDITION;
    convlab_share(team, tasks, run_weight_task, &run);
    convlab_share(convlab_threads_for(additions, plan.blocks * pieces, team), plan.blocks * pieces, reduce_terms,
                  &run);
    reduce_bias(&g, run.bias_sums, plan.chunks);
}

static int64_t direct_backward_weight_scratch(const struct convlab_conv2d_problem *problem, int threads) {
    const struct convlab_conv2d_arguments nothing = {0};
    const struct weight_gradient g = weight_gradient_of(problem, &nothing);
    const struct weight_plan plan = plan_weight_gradient(&g, threads);
    return (plan.strip + threads * plan.thread_floats) * (int64_t)sizeof(float);
}

#endif
