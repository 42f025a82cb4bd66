/* Chooses the instruction set, and shares blocks of the flat buffers out to threads. */
#include "isa_tables.h"
#include "optimizer.h"
#include "team.h"

static const struct convlab_optimizer_table *const tables[CONVLAB_ISA_COUNT] =
    CONVLAB_TABLES(convlab_optimizer);

/* One element with its memory counts as so many multiply-adds. */
static const int64_t COST_OF_UPDATE = 20, COST_OF_SQUARE = 4;

#define NAME_ENTRY(rule) #rule,
static const char *const names[] = {CONVLAB_OPTIMIZER_RULES(NAME_ENTRY)};

const char *convlab_optimizer_rule(int rule) { return names[rule]; }

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t blocks_of(int64_t n) { return (n + CONVLAB_OPTIMIZER_BLOCK - 1) / CONVLAB_OPTIMIZER_BLOCK; }

struct update_job {
    convlab_optimizer_span update;
    const struct convlab_optimizer_arrays *arrays;
    const struct convlab_optimizer_settings *settings;
    int64_t n, decayed;
};

static void update_block(void *context, int64_t block, int member) {
    const struct update_job *job = context;
    const int64_t start = block * CONVLAB_OPTIMIZER_BLOCK;
    const int64_t stop = least(start + CONVLAB_OPTIMIZER_BLOCK, job->n);
    (void)member;
    if (start < job->decayed) {
        job->update(job->arrays, start, least(stop, job->decayed), job->settings, 1);
    }
    if (stop > job->decayed) {
        const int64_t plain = start < job->decayed ? job->decayed : start;
        job->update(job->arrays, plain, stop, job->settings, 0);
    }
}

void convlab_optimizer_update(int rule, const struct convlab_optimizer_arrays *arrays, int64_t n,
                              int64_t decayed, const struct convlab_optimizer_settings *settings,
                              int is_double, int isa, int threads) {
    const int64_t blocks = blocks_of(n);
    struct update_job job = {is_double ? convlab_optimizer_double[rule] : tables[isa]->update[rule], arrays,
                             settings, n, decayed};
    convlab_share(convlab_threads_for(n * COST_OF_UPDATE, blocks, threads), blocks, update_block, &job);
}

struct squares_job {
    const struct convlab_optimizer_table *table;
    const float *x; /* (n,) */
    int64_t n;
    double *block_sums;
};

static void squares_of_block(void *context, int64_t block, int member) {
    const struct squares_job *job = context;
    const int64_t start = block * CONVLAB_OPTIMIZER_BLOCK;
    (void)member;
    job->block_sums[block] =
        job->table->sum_of_squares(job->x + start, least(CONVLAB_OPTIMIZER_BLOCK, job->n - start));
}

double convlab_sum_of_squares(const float *x, int64_t n, double *block_sums, int isa, int threads) {
    const int64_t blocks = blocks_of(n);
    struct squares_job job = {tables[isa], x, n, block_sums};
    double sum = 0;
    convlab_share(convlab_threads_for(n * COST_OF_SQUARE, blocks, threads), blocks, squares_of_block, &job);
    for (int64_t block = 0; block < blocks; block++) {
        sum += block_sums[block];
    }
    return sum;
}
