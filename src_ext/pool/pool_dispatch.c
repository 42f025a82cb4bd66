/* Chooses the instruction set and shares the rows of the result out to threads. */
#include "isa_tables.h"
#include "pool.h"
#include "team.h"

/* Memory moved per arithmetic operation is what pooling costs: one element counts as so many multiply-adds.
 */
static const int64_t COST_PER_ELEMENT = 20;
/* More than one, so that a thread that comes late finds something left. */
static const int64_t SLICES_PER_THREAD = 4;

static const struct convlab_pool_table *const tables[CONVLAB_ISA_COUNT] = CONVLAB_TABLES(convlab_pool);

static const struct convlab_pool_table *table_for(const struct convlab_pool_problem *p, int isa) {
    return p->is_double ? &convlab_pool_double__reference : tables[isa];
}

struct job;
typedef void (*rows_of_job)(const struct job *job, int64_t begin, int64_t end);

/* Rows of the result, cut into slices; a task is a slice. */
struct job {
    const struct convlab_pool_table *table;
    const struct convlab_pool_problem *p;
    const void *source, *indices; /* source: x, or the gradient of y */
    void *target, *new_indices;   /* target: y, or dx */
    rows_of_job run;
    int64_t rows, slices;
};

static void run_slice(void *context, int64_t slice, int member) {
    const struct job *job = context;
    (void)member;
    job->run(job, job->rows * slice / job->slices, job->rows * (slice + 1) / job->slices);
}

static void share_rows(struct job *job, int64_t rows, int64_t elements, int threads) {
    job->rows = rows;
    const int team = convlab_threads_for(elements * COST_PER_ELEMENT, rows, threads);
    const int64_t slices = team == 1 ? 1 : SLICES_PER_THREAD * team;
    job->slices = slices < rows ? slices : rows;
    convlab_share(team, job->slices, run_slice, job);
}

static int64_t image_elements(const struct convlab_pool_problem *p) { return p->n * p->h * p->w * p->c; }
static int64_t window_elements(const struct convlab_pool_problem *p) {
    return p->n * p->oh * p->ow * p->c * p->r * p->s;
}

static void max_forward_rows(const struct job *job, int64_t begin, int64_t end) {
    job->table->max_forward(job->p, job->source, job->target, job->new_indices, begin, end);
}

void convlab_max_pool_forward(const struct convlab_pool_problem *p, const void *x, void *y, void *indices,
                              int isa, int threads) {
    struct job job = {
        .table = table_for(p, isa), .p = p, .source = x, .target = y, .new_indices = indices, .run = max_forward_rows};
    share_rows(&job, p->n * p->oh, window_elements(p), threads);
}

static void max_backward_rows(const struct job *job, int64_t begin, int64_t end) {
    job->table->max_backward(job->p, job->source, job->indices, job->target, begin, end);
}

void convlab_max_pool_backward(const struct convlab_pool_problem *p, const void *grad, const void *indices,
                               void *dx, int isa, int threads) {
    struct job job = {
        .table = table_for(p, isa), .p = p, .source = grad, .target = dx, .indices = indices, .run = max_backward_rows};
    share_rows(&job, p->n * p->h, window_elements(p), threads);
}

static void avg_forward_rows(const struct job *job, int64_t begin, int64_t end) {
    job->table->avg_forward(job->p, job->source, job->target, begin, end);
}

void convlab_avg_pool_forward(const struct convlab_pool_problem *p, const void *x, void *y, int isa,
                              int threads) {
    struct job job = {
        .table = table_for(p, isa), .p = p, .source = x, .target = y, .run = avg_forward_rows};
    share_rows(&job, p->n * p->oh, window_elements(p), threads);
}

static void avg_backward_rows(const struct job *job, int64_t begin, int64_t end) {
    job->table->avg_backward(job->p, job->source, job->target, begin, end);
}

void convlab_avg_pool_backward(const struct convlab_pool_problem *p, const void *grad, void *dx, int isa,
                               int threads) {
    struct job job = {
        .table = table_for(p, isa), .p = p, .source = grad, .target = dx, .run = avg_backward_rows};
    share_rows(&job, p->n * p->h, window_elements(p), threads);
}

static void global_forward_rows(const struct job *job, int64_t begin, int64_t end) {
    job->table->global_forward(job->p, job->source, job->target, begin, end);
}

void convlab_global_pool_forward(const struct convlab_pool_problem *p, const void *x, void *y, int isa,
                                 int threads) {
    struct job job = {
        .table = table_for(p, isa), .p = p, .source = x, .target = y, .run = global_forward_rows};
    share_rows(&job, p->n, image_elements(p), threads);
}

static void global_backward_rows(const struct job *job, int64_t begin, int64_t end) {
    job->table->global_backward(job->p, job->source, job->target, begin, end);
}

void convlab_global_pool_backward(const struct convlab_pool_problem *p, const void *grad, void *dx, int isa,
                                  int threads) {
    struct job job = {
        .table = table_for(p, isa), .p = p, .source = grad, .target = dx, .run = global_backward_rows};
    share_rows(&job, p->n, image_elements(p), threads);
}
