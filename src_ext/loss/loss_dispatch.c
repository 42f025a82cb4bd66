/* Chooses the instruction set, shares rows or blocks out to threads, and adds up the losses in order. */
#include <math.h>

#include "isa_tables.h"
#include "loss.h"
#include "team.h"

static const struct convlab_loss_table *const tables[CONVLAB_ISA_COUNT] = CONVLAB_TABLES(convlab_loss);

/* One exponential, or one squared error with its memory, counts as so many multiply-adds. */
static const int64_t COST_OF_EXPONENTIAL = 60, COST_OF_SQUARE = 20;

static double sum_in_order(const double *values, int64_t count) {
    double sum = 0;
    for (int64_t i = 0; i < count; i++) {
        sum += values[i];
    }
    return sum;
}

struct softmax_job {
    const struct convlab_loss_table *table;
    const float *logits; /* (n, c) */
    const int64_t *labels;
    int64_t n, c;
    double smoothing;
    float *out; /* (n, c) */
    double *row_losses;
};

static void softmax_row(void *context, int64_t row, int member) {
    const struct softmax_job *job = context;
    float *out = job->out + row * job->c;
    double max;
    (void)member;
    const double sum = job->table->exponentials(job->logits + row * job->c, job->c, out, &max);
    job->table->scale_row(out, job->c, (float)(1 / sum), 0);
}

void convlab_softmax(const float *logits, int64_t n, int64_t c, float *out, int isa, int threads) {
    struct softmax_job job = {.table = tables[isa], .logits = logits, .n = n, .c = c, .out = out};
    convlab_share(convlab_threads_for(n * c * COST_OF_EXPONENTIAL, n, threads), n, softmax_row, &job);
}

/* -sum target * log p of a row, with log p = x - max - log(sum): differences first, so that nothing cancels
 */
static double row_loss(const float *x, int64_t c, int64_t label, double smoothing, double max, double sum) {
    double loss = log(sum) - (1 - smoothing) * ((double)x[label] - max);
    if (smoothing > 0) {
        double below = 0;
        for (int64_t i = 0; i < c; i++) {
            below += (double)x[i] - max;
        }
        loss -= smoothing / (double)c * below;
    }
    return loss;
}

static void cross_entropy_row(void *context, int64_t row, int member) {
    const struct softmax_job *job = context;
    const int64_t n = job->n, c = job->c, label = job->labels[row];
    const double smoothing = job->smoothing, even_part = smoothing / (double)c;
    const float *x = job->logits + row * c;
    float *g = job->out + row * c;
    double max;
    (void)member;
    const double sum = job->table->exponentials(x, c, g, &max);
    const double p = g[label] / sum;
    job->row_losses[row] = row_loss(x, c, label, smoothing, max, sum);
    job->table->scale_row(g, c, (float)(1 / (sum * (double)n)), (float)(even_part / (double)n));
    g[label] = (float)((p - (1 - smoothing + even_part)) / (double)n);
}

double convlab_softmax_cross_entropy(const float *logits, const int64_t *labels, int64_t n, int64_t c,
                                     double smoothing, float *grad, double *row_losses, int isa,
                                     int threads) {
    struct softmax_job job = {tables[isa], logits, labels, n, c, smoothing, grad, row_losses};
    convlab_share(convlab_threads_for(n * c * COST_OF_EXPONENTIAL, n, threads), n, cross_entropy_row, &job);
    return sum_in_order(row_losses, n) / (double)n;
}

struct squared_error_job {
    const struct convlab_loss_table *table;
    const float *prediction, *target; /* (count,) */
    int64_t count;
    float factor;
    float *grad; /* (count,) */
    double *block_sums;
};

static void squared_error_block(void *context, int64_t block, int member) {
    const struct squared_error_job *job = context;
    const int64_t start = block * CONVLAB_LOSS_BLOCK, left = job->count - start;
    const int64_t size = left < CONVLAB_LOSS_BLOCK ? left : CONVLAB_LOSS_BLOCK;
    (void)member;
    job->block_sums[block] = job->table->squared_error(job->prediction + start, job->target + start, size,
                                                       job->factor, job->grad + start);
}

double convlab_squared_error(const float *prediction, const float *target, int64_t count, float *grad,
                             double *block_sums, int isa, int threads) {
    const int64_t blocks = (count + CONVLAB_LOSS_BLOCK - 1) / CONVLAB_LOSS_BLOCK;
    const int team = convlab_threads_for(count * COST_OF_SQUARE, blocks, threads);
    struct squared_error_job job = {
        tables[isa], prediction, target, count, (float)(2 / (double)count), grad, block_sums};
    convlab_share(team, blocks, squared_error_block, &job);
    return sum_in_order(block_sums, blocks) / (double)count;
}
