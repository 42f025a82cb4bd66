/* Chooses the instruction set and shares the rows of the result out to threads. */
#include "isa_tables.h"
#include "parallel.h"
#include "pool.h"

/* Memory moved per arithmetic operation is what pooling costs: one element counts as so many multiply-adds.
 */
static const int64_t COST_PER_ELEMENT = 20;

static const struct convlab_pool_table *const tables[CONVLAB_ISA_COUNT] = CONVLAB_TABLES(convlab_pool);

static const struct convlab_pool_table *table_for(const struct convlab_pool_problem *p, int isa) {
    return p->is_double ? &convlab_pool_double__reference : tables[isa];
}

/* CALL(begin, end) over slices of the rows, one slice per thread. */
#define SHARE_ROWS(rows, elements, threads, CALL)                                                            \
    do {                                                                                                     \
        const int64_t rows_ = (rows);                                                                        \
        const int team_ = convlab_threads_for((elements) * COST_PER_ELEMENT, rows_, threads);                \
        _Pragma("omp parallel for schedule(static) num_threads(team_)") for (int slice_ = 0; slice_ < team_; \
                                                                             slice_++) {                     \
            CALL(rows_ * slice_ / team_, rows_ * (slice_ + 1) / team_);                                      \
        }                                                                                                    \
    } while (0)

static int64_t image_elements(const struct convlab_pool_problem *p) { return p->n * p->h * p->w * p->c; }
static int64_t window_elements(const struct convlab_pool_problem *p) {
    return p->n * p->oh * p->ow * p->c * p->r * p->s;
}

void convlab_max_pool_forward(const struct convlab_pool_problem *p, const void *x, void *y, void *indices,
                              int isa, int threads) {
    const struct convlab_pool_table *table = table_for(p, isa);
#define MAX_FORWARD(begin, end) table->max_forward(p, x, y, indices, begin, end)
    SHARE_ROWS(p->n * p->oh, window_elements(p), threads, MAX_FORWARD);
}

void convlab_max_pool_backward(const struct convlab_pool_problem *p, const void *grad, const void *indices,
                               void *dx, int isa, int threads) {
    const struct convlab_pool_table *table = table_for(p, isa);
#define MAX_BACKWARD(begin, end) table->max_backward(p, grad, indices, dx, begin, end)
    SHARE_ROWS(p->n * p->h, window_elements(p), threads, MAX_BACKWARD);
}

void convlab_avg_pool_forward(const struct convlab_pool_problem *p, const void *x, void *y, int isa,
                              int threads) {
    const struct convlab_pool_table *table = table_for(p, isa);
#define AVG_FORWARD(begin, end) table->avg_forward(p, x, y, begin, end)
    SHARE_ROWS(p->n * p->oh, window_elements(p), threads, AVG_FORWARD);
}

void convlab_avg_pool_backward(const struct convlab_pool_problem *p, const void *grad, void *dx, int isa,
                               int threads) {
    const struct convlab_pool_table *table = table_for(p, isa);
#define AVG_BACKWARD(begin, end) table->avg_backward(p, grad, dx, begin, end)
    SHARE_ROWS(p->n * p->h, window_elements(p), threads, AVG_BACKWARD);
}

void convlab_global_pool_forward(const struct convlab_pool_problem *p, const void *x, void *y, int isa,
                                 int threads) {
    const struct convlab_pool_table *table = table_for(p, isa);
#define GLOBAL_FORWARD(begin, end) table->global_forward(p, x, y, begin, end)
    SHARE_ROWS(p->n, image_elements(p), threads, GLOBAL_FORWARD);
}

void convlab_global_pool_backward(const struct convlab_pool_problem *p, const void *grad, void *dx, int isa,
                                  int threads) {
    const struct convlab_pool_table *table = table_for(p, isa);
#define GLOBAL_BACKWARD(begin, end) table->global_backward(p, grad, dx, begin, end)
    SHARE_ROWS(p->n, image_elements(p), threads, GLOBAL_BACKWARD);
}
