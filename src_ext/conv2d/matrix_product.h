/* A product of matrices, of which the right one is large and used but once.
 *
 * out[row, column] = phi(bias[column] + sum over terms of left[row, term] * right[column, term])
 *
 * The left factor is packed as a whole. The terms are cut into runs; a run of the right factor, two vectors wide, is
 * packed into the L1 cache just before it is used with all rows. So the large factor is read once, and no copy of it
 * is written to memory. Runs depend on the number of terms alone, so sums do not depend on threads, nor on other rows.
 */
#ifndef CONVLAB_MATRIX_PRODUCT_H
#define CONVLAB_MATRIX_PRODUCT_H

#include "matrix_pack.h"
#include "matrix_tile.h"
#include "problem.h"
#include "team.h"

enum {
    MATRIX_RUN_TERMS = 128,                   /* terms of one sum in registers */
    MATRIX_PANELS = 4,                        /* panels of BLOCK columns that use a run of the left factor together */
    MATRIX_PANEL_FLOATS = MATRIX_RUN_TERMS * BLOCK
};

struct matrix_product {
    int64_t rows, columns, terms;
    struct factor left, right;
    float *out; /* (rows, columns) */
    const float *bias;
    convlab_activation_span activation;
    const float *activation_parameters;
    int relu;
};

struct matrix_plan {
    int64_t runs, row_tiles, panels, at_once, tasks;
    int64_t thread, thread_floats; /* where the threads' own memory begins; before it the packed left factor */
};

static struct matrix_plan plan_matrix(const struct matrix_product *m, int threads) {
    struct matrix_plan plan = {
        .runs = larger(1, ceil_divide(m->terms, MATRIX_RUN_TERMS)), /* without terms, one empty sum */
        .row_tiles = ceil_divide(m->rows, TILE_2),
        .panels = ceil_divide(m->columns, BLOCK),
        .thread = round_up(m->rows * m->terms, 16),
    };
    const int64_t wanted = threads > 1 ? threads * 3 : 1;
    plan.at_once = larger(1, smaller(MATRIX_PANELS, plan.panels / wanted));
    plan.tasks = ceil_divide(plan.panels, plan.at_once);
    plan.thread_floats = MATRIX_PANEL_FLOATS + BLOCK + (plan.runs > 1 ? plan.at_once * m->rows * BLOCK : 0);
    return plan;
}

static int64_t matrix_scratch_bytes(const struct matrix_product *m, int threads) {
    const struct matrix_plan plan = plan_matrix(m, threads);
    return (plan.thread + threads * plan.thread_floats) * (int64_t)sizeof(float);
}

struct matrix_run {
    const struct matrix_product *m;
    const struct matrix_plan *plan;
    float *memory;
};

/* Some lines and one run of terms of a factor. */
static struct factor factor_part(const struct factor *f, int64_t line, int64_t term) {
    return (struct factor){f->values + line * f->of_line + term * f->of_term, f->of_line, f->of_term};
}

/* One run of the left factor: for each tile [term][rows of the tile]. */
static void pack_left_run(void *context, int64_t number, int member) {
    const struct matrix_run *run = context;
    const struct matrix_product *m = run->m;
    const int64_t term = part_start(m->terms, run->plan->runs, number);
    const int64_t terms = part_start(m->terms, run->plan->runs, number + 1) - term;
    (void)member;
    for (int64_t tile = 0; tile < run->plan->row_tiles; tile++) {
        const int64_t row = part_start(m->rows, run->plan->row_tiles, tile);
        const int64_t rows = part_start(m->rows, run->plan->row_tiles, tile + 1) - row;
        const struct factor part = factor_part(&m->left, row, term);
        pack_lines(run->memory + term * m->rows + row * terms, &part, rows, terms, rows);
    }
}

/* One run of terms of BLOCK columns: packs the right factor, and multiplies it with all rows. */
static void run_panel(const struct matrix_run *run, int64_t column, int64_t number, float *panel, float *sums) {
    const struct matrix_product *m = run->m;
    const struct matrix_plan *plan = run->plan;
    const int64_t term = part_start(m->terms, plan->runs, number);
    const int64_t terms = part_start(m->terms, plan->runs, number + 1) - term;
    const int64_t columns = smaller(BLOCK, m->columns - column);
    const struct factor part = factor_part(&m->right, column, term);
    float *bias = panel + MATRIX_PANEL_FLOATS;
    pack_lines(panel, &part, columns, terms, BLOCK);
    memset(bias, 0, BLOCK * sizeof(float));
    if (m->bias) {
        memcpy(bias, m->bias + column, (size_t)columns * sizeof(float));
    }
    struct matrix_job job = {
        .b = panel,
        .terms = terms,
        .first = number == 0,
        .last = number == plan->runs - 1,
        .bias = bias,
        .relu = m->relu,
        .out_row = m->columns,
        .columns = columns,
    };
    for (int64_t tile = 0; tile < plan->row_tiles; tile++) {
        const int64_t row = part_start(m->rows, plan->row_tiles, tile);
        job.a = run->memory + term * m->rows + row * terms;
        job.sums = sums + row * BLOCK;
        job.out = m->out + row * m->columns + column;
        matrix_tiles[part_start(m->rows, plan->row_tiles, tile + 1) - row](&job);
    }
}

static void run_matrix_task(void *context, int64_t number, int member) {
    const struct matrix_run *run = context;
    const struct matrix_product *m = run->m;
    const struct matrix_plan *plan = run->plan;
    float *panel = run->memory + plan->thread + member * plan->thread_floats;
    float *sums = panel + MATRIX_PANEL_FLOATS + BLOCK;
    const int64_t first = part_start(plan->panels, plan->tasks, number);
    const int64_t end = part_start(plan->panels, plan->tasks, number + 1);
    const int64_t sums_of_panel = plan->runs > 1 ? m->rows * BLOCK : 0;
    for (int64_t r = 0; r < plan->runs; r++) {
        for (int64_t p = first; p < end; p++) {
            run_panel(run, p * BLOCK, r, panel, sums + (p - first) * sums_of_panel);
        }
    }
    if (m->activation && !m->relu) {
        const int64_t from = first * BLOCK, to = smaller(m->columns, end * BLOCK);
        for (int64_t row = 0; row < m->rows; row++) {
            float *out = m->out + row * m->columns + from;
            m->activation(out, out, to - from, m->activation_parameters);
        }
    }
}

static void multiply_matrices(const struct matrix_product *m, int threads, void *scratch) {
    const struct matrix_plan plan = plan_matrix(m, threads);
    struct matrix_run run = {m, &plan, scratch};
    const int team = convlab_threads_for(m->rows * m->columns * m->terms, plan.tasks, threads);
    convlab_share(team, plan.runs, pack_left_run, &run);
    convlab_share(team, plan.tasks, run_matrix_task, &run);
}

#endif
