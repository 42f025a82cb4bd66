/* Runs one tap convolution: pack the weights, then strips of outputs by blocks of output channels.
 *
 * A block of channels sums its terms in runs of about RUN_TERMS, whose weights stay in the first-level cache while
 * the pixels of the strip pass by. A run is made of chains (see tap_tile.h). The order of the terms depends on the
 * shape of the kernel alone.
 */
#ifndef CONVLAB_TAP_CONVOLUTION_H
#define CONVLAB_TAP_CONVOLUTION_H

#include "dot_tile.h"
#include "pack.h"
#include "team.h"
#include "woven_tile.h"

enum {
    RUN_TERMS = 256,             /* 256 terms x two AVX2 vectors = 16 KB of a 32 KB first-level cache */
    CHAIN_TERMS = 64,
    LEAST_TERMS_TO_HALVE = 6,    /* fewer terms are one chain */
    LEAST_TERMS_TO_THIRD = 48,
    STRIP_PIXELS = 1024,         /* sums of one block: 64 KB with AVX2 */
    STRIP_FLOATS = 48 * 1024,    /* input that one block of terms reads, of a second-level cache */
    SUMS_FLOATS = 24 * 1024,     /* sums of all blocks at once */
    STREAMED_FLOATS = 6 * 1024 * 1024, /* an output of 24 MB: most third-level caches hold less for one core */
    COPY_FLOATS = 128 * 1024,    /* padded copy of several images */
    TASKS_PER_THREAD = 3         /* so that one late thread does not keep the others waiting long */
};

/* How a tap convolution is cut up, and where its scratch memory lies (offsets in floats). */
struct tap_plan {
    struct strips strips;
    int64_t blocks_per_group, blocks, block_parts, blocks_at_once;
    int64_t segments, segment_length, terms; /* a segment: neighbouring input values */
    int64_t chain_terms, pieces, runs;
    int dots; /* whether vectors run along the window: then a piece is a segment, and there is one block */
    int copies, streams;
    int64_t x_row, x_image; /* distances in the input of a strip */
    int64_t in_rows, in_columns;
    int64_t table, bias, weights, strip, strip_floats, sums_floats, thread_floats;
};

/* Chains of at most CHAIN_TERMS, and several of them also where there are few terms. */
static inline int64_t chain_terms(int64_t terms) {
    const int64_t chains = terms < LEAST_TERMS_TO_HALVE ? 1 : terms < LEAST_TERMS_TO_THIRD ? 2 : 3;
    return smaller(CHAIN_TERMS, ceil_divide(terms, chains));
}

/* A piece is a segment, or a part of a segment that is longer than a chain should be. */
static inline int64_t pieces_of_segment(const struct tap_plan *plan) {
    return larger(1, ceil_divide(plan->segment_length, larger(1, plan->chain_terms)));
}

static void plan_segments(struct tap_plan *plan, const struct tap_convolution *t) {
    const int64_t rows = t->vertical.taps, columns = t->horizontal.taps;
    const int merges = t->groups == 1 && t->horizontal.spacing == 1;
    plan->segments = merges && columns ? rows : rows * columns;
    plan->segment_length = t->woven ? t->woven : merges ? columns * t->group_in : t->group_in;
    plan->segment_length = plan->segments ? plan->segment_length : 0;
    plan->terms = plan->segments * plan->segment_length;
    plan->dots = merges && plan->terms > 0 && prefers_dots(t->group_out, rows, plan->segment_length);
    plan->chain_terms = plan->dots ? plan->segment_length : chain_terms(plan->terms);
    plan->chain_terms = larger(plan->chain_terms, t->woven); /* a piece holds whole groups */
    plan->pieces = plan->segments * pieces_of_segment(plan);
    plan->runs = plan->dots || t->woven ? 1 : larger(1, smaller(plan->pieces, ceil_divide(plan->terms, RUN_TERMS)));
}

/* Cuts the outputs; more pieces for more threads: no sum depends on where the cuts are. */
static void plan_tasks(struct tap_plan *plan, const struct tap_convolution *t, int threads) {
    const int64_t channels = t->groups * t->group_in;
    const int64_t pixels = larger(64, smaller(STRIP_PIXELS, STRIP_FLOATS / smaller(channels, RUN_TERMS)));
    const int64_t wanted = threads > 1 ? threads * TASKS_PER_THREAD : 1;
    plan->strips = cut_strips(t->n, &t->vertical, &t->horizontal, channels, pixels, COPY_FLOATS);
    if (plan->strips.images > 1 && plan->strips.parts_n < wanted) {
        plan->strips.parts_n = smaller(t->n, wanted);
        plan->strips.images = ceil_divide(t->n, plan->strips.parts_n);
    }
    const int64_t strips = larger(1, strips_count(&plan->strips));
    /* Neighbouring woven blocks overlap at the end of the channels: one thread has to write them. */
    plan->block_parts = strips < wanted && !t->woven ? smaller(plan->blocks, ceil_divide(wanted, strips)) : 1;
    const int64_t sums = plan->strips.images * plan->strips.rows * plan->strips.columns * BLOCK;
    plan->blocks_at_once = plan->runs > 1 ? larger(1, SUMS_FLOATS / larger(1, sums)) : 1;
    plan->blocks_at_once = smaller(plan->blocks_at_once, plan->blocks);
    plan->sums_floats = plan->runs > 1 ? plan->blocks_at_once * sums : TILE_2 * BLOCK;
}

/* Outputs that no cache holds until they are read are written past them, where vectors are whole and aligned. */
static int streams_output(const struct tap_convolution *t) {
    const int64_t floats = t->n * t->y_image, channels = t->groups * t->group_out;
    return floats >= STREAMED_FLOATS && t->y_pixel == channels && t->group_out % CONVLAB_LANES == 0 &&
           !activates_outputs(t) && (uintptr_t)t->y % CONVLAB_VECTOR_BYTES == 0;
}

static struct tap_plan plan_taps(const struct tap_convolution *t, int threads) {
    struct tap_plan plan = {0};
    const int64_t channels = t->groups * t->group_in;
    const int64_t width = t->woven && channels < BLOCK ? CONVLAB_LANES : BLOCK;
    plan.blocks_per_group = ceil_divide(t->woven ? channels : t->group_out, width);
    plan.blocks = plan.blocks_per_group * (t->woven ? 1 : t->groups);
    plan_segments(&plan, t);
    plan_tasks(&plan, t, threads);
    plan.copies = plan.terms > 0 && (axis_leaves_input(&t->vertical) || axis_leaves_input(&t->horizontal));
    plan.in_rows = axis_span(&t->vertical, plan.strips.rows);
    plan.in_columns = axis_span(&t->horizontal, plan.strips.columns);
    plan.x_row = (plan.copies ? plan.in_columns : t->horizontal.in) * channels;
    plan.x_image = plan.x_row * (plan.copies ? plan.in_rows : t->vertical.in);
    plan.strip_floats = plan.copies ? plan.strips.images * plan.x_image : 0;
    plan.streams = streams_output(t);
    plan.table = 0;
    plan.bias = round_up(plan.table + plan.pieces * (int64_t)(sizeof(struct piece) / sizeof(float)), 16);
    plan.weights = plan.bias + plan.blocks * BLOCK;
    plan.strip = round_up(plan.weights + plan.blocks * plan.terms * BLOCK, 16);
    plan.thread_floats = round_up(plan.strip_floats, 16) + round_up(plan.sums_floats, 16);
    return plan;
}

static int64_t tap_scratch_bytes(const struct tap_convolution *t, int threads) {
    const struct tap_plan plan = plan_taps(t, threads);
    return (plan.strip + threads * plan.thread_floats) * (int64_t)sizeof(float);
}

/* Where block number `block` begins, and how many channels it has. */
struct block {
    int64_t in, out, channels; /* first input channel, first output channel, output channels */
};

static inline struct block nth_block(const struct tap_convolution *t, const struct tap_plan *plan, int64_t number) {
    const int64_t group = number / plan->blocks_per_group, first = number % plan->blocks_per_group * BLOCK;
    if (!t->woven) {
        const int64_t channels = smaller(BLOCK, t->group_out - first);
        return (struct block){group * t->group_in, group * t->group_out + first, channels};
    }
    /* The last block moves back until it is full: no partial vectors, and channels done twice come out equal. */
    const int64_t all = t->groups * t->group_out;
    const int64_t width = all >= BLOCK ? BLOCK : CONVLAB_LANES, begin = number * width;
    const int64_t full = block_vectors(smaller(width, all - begin)) * CONVLAB_LANES;
    const int64_t start = larger(0, smaller(begin, all - full));
    return (struct block){start, start, smaller(full, all)};
}

/* All pieces in the order of the packed weights; chains end where they are long enough, and with each run. */
static void fill_table(struct piece *table, const struct tap_convolution *t, const struct tap_plan *plan) {
    const int64_t columns = plan->segments == t->vertical.taps ? 1 : t->horizontal.taps;
    const int64_t x_column = t->horizontal.spacing * t->groups * t->group_in;
    const int64_t parts = pieces_of_segment(plan);
    int64_t run = 0, chain = 0;
    for (int64_t i = 0; i < plan->pieces; i++) {
        const int64_t segment = i / parts, start = part_start(plan->segment_length, parts, i % parts);
        const int64_t length = part_start(plan->segment_length, parts, i % parts + 1) - start;
        const int ends_run = i + 1 == part_start(plan->pieces, plan->runs, run + 1);
        chain += length;
        table[i].offset =
            segment / columns * t->vertical.spacing * plan->x_row + segment % columns * x_column + start;
        table[i].length = length;
        table[i].ends_chain = ends_run || chain + length / 2 > plan->chain_terms;
        chain = table[i].ends_chain ? 0 : chain;
        run += ends_run;
    }
}

/* Terms before piece number `piece`. */
static inline int64_t terms_before(const struct tap_plan *plan, int64_t piece) {
    const int64_t parts = pieces_of_segment(plan);
    return piece / parts * plan->segment_length + part_start(plan->segment_length, parts, piece % parts);
}

/* Everything that the threads of one run share. */
struct tap_run {
    const struct tap_convolution *t;
    const struct tap_plan *plan;
    const struct piece *table;
    const float *bias, *weights;
    float *memory;
};

/* One task: a strip, and a range of blocks of output channels. */
struct tap_task {
    struct strip strip;
    int64_t block0, block1;
    const float *x; /* the first input pixel that the strip sees */
};

/* One run of terms of one block of channels, over all pixels of the strip. */
static void run_block(const struct tap_run *run, const struct tap_task *task, int64_t number, int64_t run_number,
                      float *sums) {
    const struct tap_convolution *t = run->t;
    const struct tap_plan *plan = run->plan;
    const struct block block = nth_block(t, plan, number);
    const int64_t piece = part_start(plan->pieces, plan->runs, run_number);
    const int vectors = block_vectors(block.channels);
    const int64_t width = vectors * CONVLAB_LANES, most = t->woven ? WOVEN_PIXELS : vectors == 2 ? TILE_2 : TILE_1;
    const struct strip *strip = &task->strip;
    const int64_t columns = strip->w1 - strip->w0, tiles = ceil_divide(columns, most);
    const int64_t channels = t->groups * t->group_in;
    const tile_function *tile = t->woven ? woven_tiles_of(t->woven, vectors) : tap_tiles[vectors - 1];
    const struct tile_job job = {
        .pieces = run->table + piece,
        .pieces_count = part_start(plan->pieces, plan->runs, run_number + 1) - piece,
        .x_pixel = t->horizontal.step * channels,
        .y_pixel = t->y_pixel,
        .w = run->weights + number * plan->terms * BLOCK + terms_before(plan, piece) * width,
        .bias = run->bias + number * BLOCK,
        .lanes = block.channels - (vectors - 1) * CONVLAB_LANES,
        .first = run_number == 0,
        .last = run_number == plan->runs - 1,
        .relu = t->relu,
        .streams = plan->streams,
    };
    for (int64_t n = strip->n0; n < strip->n1; n++) {
        for (int64_t h = strip->h0; h < strip->h1; h++) {
            const float *x = task->x + (n - strip->n0) * plan->x_image + block.in +
                             (h - strip->h0) * t->vertical.step * plan->x_row;
            float *y = t->y + n * t->y_image + h * t->y_row + strip->w0 * t->y_pixel + block.out;
            for (int64_t i = 0; i < tiles; i++) {
                const int64_t pixels = part_start(columns, tiles, i + 1) - part_start(columns, tiles, i);
                tile[pixels](&job, x, sums, y);
                x += pixels * job.x_pixel;
                y += pixels * job.y_pixel;
                sums += plan->runs > 1 ? pixels * width : 0;
            }
        }
    }
}

/* All pixels of the strip by dot products; the last tile of a row moves back until it is whole. */
static void run_dots(const struct tap_run *run, const struct tap_task *task) {
    const struct tap_convolution *t = run->t;
    const struct tap_plan *plan = run->plan;
    const struct strip *strip = &task->strip;
    const int64_t row_weights = ceil_divide(plan->segment_length, CONVLAB_LANES) * CONVLAB_LANES * t->group_out;
    struct tile_job job = {
        .x_pixel = t->horizontal.step * t->group_in,
        .y_pixel = t->y_pixel,
        .bias = run->bias,
        .relu = t->relu,
    };
    const int64_t columns = strip->w1 - strip->w0;
    const struct dot_choice *tile = choose_dot_tile(t->group_out, columns);
    for (int64_t n = strip->n0; n < strip->n1; n++) {
        for (int64_t h = strip->h0; h < strip->h1; h++) {
            const float *x = task->x + (n - strip->n0) * plan->x_image +
                             (h - strip->h0) * t->vertical.step * plan->x_row;
            float *y = t->y + n * t->y_image + h * t->y_row + strip->w0 * t->y_pixel;
            const struct tap_range rows = taps_inside(&t->vertical, h);
            job.pieces = run->table + rows.first;
            job.pieces_count = rows.end - rows.first;
            job.w = run->weights + rows.first * row_weights;
            for (int64_t i = 0; i < columns; i += tile->pixels) {
                const int64_t at = smaller(i, columns - tile->pixels);
                tile->run(&job, x + at * job.x_pixel, y + at * job.y_pixel);
            }
        }
    }
}

/* phi over what a task has just written: whole rows where it owns all channels, else its part of each pixel. */
static void activate(const struct tap_convolution *t, const struct tap_plan *plan, const struct tap_task *task) {
    const struct strip *strip = &task->strip;
    const int whole = task->block0 == 0 && task->block1 == plan->blocks;
    const int64_t columns = strip->w1 - strip->w0;
    const struct block last = nth_block(t, plan, task->block1 - 1);
    const int64_t from = nth_block(t, plan, task->block0).out, to = last.out + last.channels;
    for (int64_t n = strip->n0; n < strip->n1; n++) {
        for (int64_t h = strip->h0; h < strip->h1; h++) {
            float *y = t->y + n * t->y_image + h * t->y_row + strip->w0 * t->y_pixel;
            if (whole) {
                t->activation(y, y, columns * t->y_pixel, t->activation_parameters);
                continue;
            }
            for (int64_t i = 0; i < columns; i++, y += t->y_pixel) {
                t->activation(y + from, y + from, to - from, t->activation_parameters);
            }
        }
    }
}

static void run_task(void *context, int64_t number, int member) {
    const struct tap_run *run = context;
    const struct tap_convolution *t = run->t;
    const struct tap_plan *plan = run->plan;
    float *copy = run->memory + plan->strip + member * plan->thread_floats;
    float *sums = copy + round_up(plan->strip_floats, 16);
    const int64_t part = number % plan->block_parts, channels = t->groups * t->group_in;
    struct tap_task task = {
        .strip = nth_strip(&plan->strips, t->n, t->vertical.out, t->horizontal.out, number / plan->block_parts),
        .block0 = part_start(plan->blocks, plan->block_parts, part),
        .block1 = part_start(plan->blocks, plan->block_parts, part + 1),
        .x = copy,
    };
    if (plan->copies) {
        copy_strip(copy, t->x, &task.strip, &t->vertical, &t->horizontal, channels, plan->in_rows, plan->in_columns);
    } else {
        task.x = t->x + task.strip.n0 * plan->x_image +
                 (t->vertical.origin + task.strip.h0 * t->vertical.step) * plan->x_row +
                 (t->horizontal.origin + task.strip.w0 * t->horizontal.step) * channels;
    }
    const int64_t sums_of_block = plan->runs > 1 ? plan->sums_floats / plan->blocks_at_once : 0;
    if (plan->dots) {
        run_dots(run, &task);
    }
    for (int64_t first = task.block0; first < task.block1 && !plan->dots; first += plan->blocks_at_once) {
        const int64_t end = smaller(task.block1, first + plan->blocks_at_once);
        for (int64_t r = 0; r < plan->runs; r++) {
            for (int64_t block = first; block < end; block++) {
                run_block(run, &task, block, r, sums + (block - first) * sums_of_block);
            }
        }
    }
    if (activates_outputs(t)) {
        activate(t, plan, &task);
    }
    if (plan->streams) {
        vector_stream_end();
    }
}

/* Moving one weight to its place counts as so many multiply-adds. */
enum { COST_OF_PACKING = 20 };

static void pack_nth_block(void *context, int64_t number, int member) {
    const struct tap_run *run = context;
    const struct tap_convolution *t = run->t;
    const struct tap_plan *plan = run->plan;
    float *weights = run->memory + plan->weights, *bias = run->memory + plan->bias;
    (void)member;
    if (plan->dots) {
        pack_dots(weights, t);
        pack_dot_bias(bias, t);
        return;
    }
    const struct block block = nth_block(t, plan, number);
    const int64_t group = number / plan->blocks_per_group;
    const float *w = t->w + group * t->w_group + (block.out - group * t->group_out) * t->w_out;
    float *target = weights + number * plan->terms * BLOCK;
    if (t->woven) {
        pack_woven(target, t, block.out, block.channels);
    } else {
        pack_block(target, t, w, block.channels, t->group_in);
    }
    pack_bias(bias + number * BLOCK, t->bias ? t->bias + block.out : NULL, block.channels);
}

static void run_tap_convolution(const struct tap_convolution *t, int threads, void *scratch) {
    const struct tap_plan plan = plan_taps(t, threads);
    float *memory = scratch;
    struct tap_run run = {t, &plan, scratch, memory + plan.bias, memory + plan.weights, memory};
    const int64_t tasks = strips_count(&plan.strips) * plan.block_parts;
    const int64_t work = t->n * t->vertical.out * t->horizontal.out * plan.blocks * BLOCK * plan.terms;
    const int team = convlab_threads_for(work, tasks, threads);
    fill_table(scratch, t, &plan);
    const int64_t packing = plan.blocks * BLOCK * plan.terms * COST_OF_PACKING;
    convlab_share(convlab_threads_for(packing, plan.blocks, team), plan.blocks, pack_nth_block, &run);
    convlab_share(team, tasks, run_task, &run);
}

#endif
