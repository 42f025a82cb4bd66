/* Cuts (m, c) into chunks of rows, runs them on threads, and adds up what they leave in a fixed order. */
#include <math.h>
#include <stddef.h>

#include "isa_tables.h"
#include "norm.h"
#include "team.h"

static const struct convlab_norm_table *const tables[CONVLAB_ISA_COUNT] = {
    CONVLAB_VECTOR_TABLES(convlab_norm), /* the reference has no vectors */
};

/* Memory moved is what normalization costs: one element counts as so many multiply-adds. */
static const int64_t COST_PER_ELEMENT = 20;
/* Rows of about this many elements together are one chunk, but always from 64 to 512 rows: the sums over a
 * chunk are in float. */
static const int64_t CHUNK_ELEMENTS = 16384;

/* Columns side by side to keep several sums going at once. */
static const int64_t LEAST_COLUMNS = 64;

/* Elements that an activation is applied to at a time, while they are in the level-1 cache. */
enum { BLOCK = 2048 };

/* What is repeated over the columns. */
enum { MEAN, FACTOR, SHIFT, PART, SLOPE, COLUMN_ARRAYS };

/* (m, c) as `rows` rows of `columns`, and one more row of `rest` elements. */
struct layout {
    int64_t columns, rows, rest, chunk_rows, chunks;
};

static struct layout layout_of(int64_t m, int64_t c) {
    int64_t divisor = 16;
    while (c % divisor != 0) {
        divisor /= 2;
    }
    struct layout layout;
    int64_t pixels = 16 / divisor;
    while (pixels * c < LEAST_COLUMNS) {
        pixels *= 2;
    }
    layout.columns = pixels * c;
    layout.rows = m / pixels;
    layout.rest = m % pixels * c;
    layout.chunk_rows = CHUNK_ELEMENTS / layout.columns;
    layout.chunk_rows = layout.chunk_rows < 64 ? 64 : layout.chunk_rows > 512 ? 512 : layout.chunk_rows;
    layout.chunks = (layout.rows + layout.chunk_rows - 1) / layout.chunk_rows + (layout.rest > 0);
    return layout;
}

/* What chunk number `chunk` covers; the last one may be the short row. */
struct chunk {
    int64_t start, rows, columns;
};

static struct chunk chunk_of(const struct layout *layout, int64_t number) {
    const int64_t first = number * layout->chunk_rows;
    struct chunk chunk = {first * layout->columns, layout->chunk_rows, layout->columns};
    if (layout->rest > 0 && number == layout->chunks - 1) {
        chunk.start = layout->rows * layout->columns;
        chunk.rows = 1;
        chunk.columns = layout->rest;
    } else if (first + chunk.rows > layout->rows) {
        chunk.rows = layout->rows - first;
    }
    return chunk;
}

/* The workspace: two doubles per channel, then floats: arrays over the columns and what the chunks leave. */
int64_t convlab_norm_workspace(int64_t m, int64_t c) {
    const struct layout layout = layout_of(m, c);
    return 2 * c + (layout.columns * (COLUMN_ARRAYS + CONVLAB_NORM_MOMENTS * layout.chunks) + 1) / 2;
}

struct workspace {
    double *first, *second;        /* (c,) */
    float *columns[COLUMN_ARRAYS]; /* each (columns,) */
    float *partial;                /* (chunks, values, columns) */
};

static struct workspace share_workspace(double *memory, const struct layout *layout, int64_t c) {
    struct workspace w = {memory, memory + c, {NULL}, NULL};
    float *floats = (float *)(memory + 2 * c);
    for (int i = 0; i < COLUMN_ARRAYS; i++) {
        w.columns[i] = floats + i * layout->columns;
    }
    w.partial = floats + COLUMN_ARRAYS * layout->columns;
    return w;
}

static int team_for(const struct convlab_norm_arrays *a, const struct layout *layout, int threads) {
    return convlab_threads_for(a->m * a->c * COST_PER_ELEMENT, layout->chunks, threads);
}

/* Repeats (c,) values over the columns. */
static void spread(const float *values, int64_t c, int64_t columns, float *target) {
    for (int64_t column = 0; column < columns; column++) {
        target[column] = values[column % c];
    }
}

/* The mean and the sum of squares about it, from moments about the rounded means of the chunks. */
static void combine_moments(const struct layout *layout, int64_t m, int64_t c, struct workspace *w) {
    double *mean = w->first, *squares = w->second;
    for (int64_t i = 0; i < c; i++) {
        mean[i] = squares[i] = 0;
    }
    for (int64_t number = 0; number < layout->chunks; number++) {
        const struct chunk chunk = chunk_of(layout, number);
        const float *part = w->partial + number * CONVLAB_NORM_MOMENTS * layout->columns;
        for (int64_t pixel = 0; pixel < chunk.columns; pixel += c) {
            for (int64_t i = 0; i < c; i++) {
                mean[i] += (double)part[pixel + i] * (double)chunk.rows + part[chunk.columns + pixel + i];
            }
        }
    }
    for (int64_t i = 0; i < c; i++) {
        mean[i] = m > 0 ? mean[i] / (double)m : 0;
    }
    for (int64_t number = 0; number < layout->chunks; number++) {
        const struct chunk chunk = chunk_of(layout, number);
        const float *part = w->partial + number * CONVLAB_NORM_MOMENTS * layout->columns;
        for (int64_t pixel = 0; pixel < chunk.columns; pixel += c) {
            for (int64_t i = 0; i < c; i++) {
                const double away = (double)part[pixel + i] - mean[i];
                const double rests = part[chunk.columns + pixel + i];
                squares[i] +=
                    part[2 * chunk.columns + pixel + i] + away * (2 * rests + away * (double)chunk.rows);
            }
        }
    }
}

/* What the tasks of one pass share; a task is a chunk. */
struct job {
    const struct convlab_norm_table *table;
    const struct convlab_norm_arrays *arrays;
    const struct layout *layout;
    const struct workspace *workspace;
};

static void moments_of_chunk(void *context, int64_t number, int member) {
    const struct job *job = context;
    const struct chunk chunk = chunk_of(job->layout, number);
    (void)member;
    job->table->moments((const float *)job->arrays->x + chunk.start, chunk.rows, chunk.columns,
                        job->workspace->partial + number * CONVLAB_NORM_MOMENTS * job->layout->columns);
}

/* Part of a chunk: elements from `start` on, whole rows or a piece of one that begins at `column`. */
typedef void (*on_block)(const struct job *job, int64_t start, int64_t rows, int64_t column, int64_t columns);

static void for_blocks(const struct job *job, struct chunk chunk, on_block run) {
    const int64_t width = chunk.columns < BLOCK ? chunk.columns : BLOCK, height = BLOCK / width;
    for (int64_t row = 0; row < chunk.rows; row += height) {
        const int64_t rows = chunk.rows - row < height ? chunk.rows - row : height;
        for (int64_t column = 0; column < chunk.columns; column += width) {
            const int64_t left = chunk.columns - column;
            run(job, chunk.start + row * chunk.columns + column, rows, column, left < width ? left : width);
        }
    }
}

/* target = what x is normalized to, before the activation */
static void normalize_to(const struct job *job, int64_t start, int64_t rows, int64_t column, int64_t columns,
                         float *target) {
    float *const *of = job->workspace->columns;
    job->table->normalize((const float *)job->arrays->x + start, of[MEAN] + column, of[FACTOR] + column,
                          of[SHIFT] + column, rows, columns, target);
}

static void normalize_block(const struct job *job, int64_t start, int64_t rows, int64_t column,
                            int64_t columns) {
    const struct convlab_norm_arrays *a = job->arrays;
    float *target = (float *)a->out + start;
    normalize_to(job, start, rows, column, columns, target);
    if (a->activation != NULL) {
        a->activation(target, target, rows * columns, a->parameters);
    }
}

static void normalize_chunk(void *context, int64_t number, int member) {
    const struct job *job = context;
    (void)member;
    for_blocks(job, chunk_of(job->layout, number), normalize_block);
}

/* grad = grad * phi' */
static void derive_block(const struct job *job, int64_t start, int64_t rows, int64_t column,
                         int64_t columns) {
    const struct convlab_norm_arrays *a = job->arrays;
    float saved[BLOCK] __attribute__((aligned(64)));
    float *grad = (float *)a->grad + start;
    normalize_to(job, start, rows, column, columns, saved);
    if (a->derivative_of_output) {
        a->activation(saved, saved, rows * columns, a->parameters);
    }
    a->derivative(saved, grad, grad, rows * columns, a->parameters);
}

static void gradient_sums_of_chunk(void *context, int64_t number, int member) {
    const struct job *job = context;
    const struct convlab_norm_arrays *a = job->arrays;
    const struct chunk chunk = chunk_of(job->layout, number);
    (void)member;
    if (a->derivative != NULL) {
        for_blocks(job, chunk, derive_block);
    }
    job->table->gradient_sums(
        (const float *)a->x + chunk.start, (const float *)a->grad + chunk.start,
        job->workspace->columns[MEAN], chunk.rows, chunk.columns,
        job->workspace->partial + number * CONVLAB_NORM_GRADIENT_SUMS * job->layout->columns);
}

static void input_gradient_of_chunk(void *context, int64_t number, int member) {
    const struct job *job = context;
    const struct convlab_norm_arrays *a = job->arrays;
    const struct chunk chunk = chunk_of(job->layout, number);
    float *const *columns = job->workspace->columns;
    (void)member;
    job->table->input_gradient((const float *)a->x + chunk.start, (const float *)a->grad + chunk.start,
                               columns[MEAN], columns[FACTOR], columns[PART], columns[SLOPE], chunk.rows,
                               chunk.columns,
                               (float *)a->out + chunk.start);
}

/* What normalization needs of the columns; without an activation the way back needs no shift. */
static void spread_affine(const struct convlab_norm_arrays *a, const struct layout *layout,
                          struct workspace *w) {
    const float *scale = a->scale, *inverse_std = a->inverse_std;
    spread(a->mean, a->c, layout->columns, w->columns[MEAN]);
    if (a->shift != NULL) {
        spread(a->shift, a->c, layout->columns, w->columns[SHIFT]);
    }
    for (int64_t column = 0; column < layout->columns; column++) {
        w->columns[FACTOR][column] = scale[column % a->c] * inverse_std[column % a->c];
    }
}

void convlab_norm_forward(const struct convlab_norm_arrays *a, int is_double, double *workspace, int isa,
                          int threads) {
    if (is_double || isa == CONVLAB_ISA_REFERENCE) {
        convlab_norm_forward_reference(a, is_double);
        return;
    }
    const struct layout layout = layout_of(a->m, a->c);
    struct workspace w = share_workspace(workspace, &layout, a->c);
    const int team = team_for(a, &layout, threads);
    struct job job = {tables[isa], a, &layout, &w};
    convlab_share(team, layout.chunks, moments_of_chunk, &job);
    combine_moments(&layout, a->m, a->c, &w);
    for (int64_t i = 0; i < a->c; i++) {
        const double variance = a->m > 0 ? w.second[i] / (double)a->m : 0;
        ((float *)a->mean)[i] = (float)w.first[i];
        ((float *)a->inverse_std)[i] = (float)(1 / sqrt(variance + a->epsilon));
    }
    spread_affine(a, &layout, &w);
    convlab_share(team, layout.chunks, normalize_chunk, &job);
}

void convlab_norm_inference(const struct convlab_norm_arrays *a, int is_double, double *workspace, int isa,
                            int threads) {
    if (is_double || isa == CONVLAB_ISA_REFERENCE) {
        convlab_norm_inference_reference(a, is_double);
        return;
    }
    const struct layout layout = layout_of(a->m, a->c);
    struct workspace w = share_workspace(workspace, &layout, a->c);
    spread_affine(a, &layout, &w);
    struct job job = {tables[isa], a, &layout, &w};
    convlab_share(team_for(a, &layout, threads), layout.chunks, normalize_chunk, &job);
}

/* dshift and dscale from the sums that the chunks left, and what the input's gradient needs of the columns */
static void finish_gradient_sums(const struct convlab_norm_arrays *a, const struct layout *layout,
                                 struct workspace *w) {
    double *plain = w->first, *weighted = w->second;
    for (int64_t i = 0; i < a->c; i++) {
        plain[i] = weighted[i] = 0;
    }
    for (int64_t number = 0; number < layout->chunks; number++) {
        const struct chunk chunk = chunk_of(layout, number);
        const float *part = w->partial + number * CONVLAB_NORM_GRADIENT_SUMS * layout->columns;
        for (int64_t pixel = 0; pixel < chunk.columns; pixel += a->c) {
            for (int64_t i = 0; i < a->c; i++) {
                plain[i] += part[pixel + i];
                weighted[i] += part[chunk.columns + pixel + i];
            }
        }
    }
    const float *inverse_std = a->inverse_std;
    for (int64_t i = 0; i < a->c; i++) {
        ((float *)a->dshift)[i] = (float)plain[i];
        ((float *)a->dscale)[i] = (float)(weighted[i] * inverse_std[i]);
    }
    const double m = a->m > 0 ? (double)a->m : 1;
    for (int64_t column = 0; column < layout->columns; column++) {
        const int64_t i = column % a->c;
        w->columns[PART][column] = (float)(plain[i] / m);
        w->columns[SLOPE][column] = (float)(weighted[i] / m * inverse_std[i] * inverse_std[i]);
    }
}

void convlab_norm_backward(const struct convlab_norm_arrays *a, int is_double, double *workspace, int isa,
                           int threads) {
    if (is_double || isa == CONVLAB_ISA_REFERENCE) {
        convlab_norm_backward_reference(a, is_double);
        return;
    }
    const struct layout layout = layout_of(a->m, a->c);
    struct workspace w = share_workspace(workspace, &layout, a->c);
    const int team = team_for(a, &layout, threads);
    struct job job = {tables[isa], a, &layout, &w};
    spread_affine(a, &layout, &w);
    convlab_share(team, layout.chunks, gradient_sums_of_chunk, &job);
    finish_gradient_sums(a, &layout, &w);
    convlab_share(team, layout.chunks, input_gradient_of_chunk, &job);
}
