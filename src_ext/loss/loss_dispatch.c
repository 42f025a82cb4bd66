/* Chooses the instruction set, shares rows or blocks out to threads, and adds up the losses in order. */
#include <math.h>

#include "isa_tables.h"
#include "loss.h"
#include "parallel.h"

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

void convlab_softmax(const float *logits, int64_t n, int64_t c, float *out, int isa, int threads) {
    const struct convlab_loss_table *table = tables[isa];
    const int team = convlab_threads_for(n * c * COST_OF_EXPONENTIAL, n, threads);
    (void)team; /* only OpenMP reads it */
#pragma omp parallel for schedule(static) num_threads(team)
    for (int64_t row = 0; row < n; row++) {
        double max;
        const double sum = table->exponentials(logits + row * c, c, out + row * c, &max);
        table->scale_row(out + row * c, c, (float)(1 / sum), 0);
    }
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

double convlab_softmax_cross_entropy(const float *logits, const int64_t *labels, int64_t n, int64_t c,
                                     double smoothing, float *grad, double *row_losses, int isa,
                                     int threads) {
    const struct convlab_loss_table *table = tables[isa];
    const float even_part = (float)(smoothing / (double)c / (double)n);
    const int team = convlab_threads_for(n * c * COST_OF_EXPONENTIAL, n, threads);
    (void)team; /* only OpenMP reads it */
#pragma omp parallel for schedule(static) num_threads(team)
    for (int64_t row = 0; row < n; row++) {
        const float *x = logits + row * c;
        float *g = grad + row * c;
        const int64_t label = labels[row];
        double max;
        const double sum = table->exponentials(x, c, g, &max);
        const double p = g[label] / sum, target = 1 - smoothing + smoothing / (double)c;
        row_losses[row] = row_loss(x, c, label, smoothing, max, sum);
        table->scale_row(g, c, (float)(1 / (sum * (double)n)), even_part);
        g[label] = (float)((p - target) / (double)n);
    }
    return sum_in_order(row_losses, n) / (double)n;
}

double convlab_squared_error(const float *prediction, const float *target, int64_t count, float *grad,
                             double *block_sums, int isa, int threads) {
    const struct convlab_loss_table *table = tables[isa];
    const int64_t blocks = (count + CONVLAB_LOSS_BLOCK - 1) / CONVLAB_LOSS_BLOCK;
    const int team = convlab_threads_for(count * COST_OF_SQUARE, blocks, threads);
    const float factor = (float)(2 / (double)count);
    (void)team; /* only OpenMP reads it */
#pragma omp parallel for schedule(static) num_threads(team)
    for (int64_t block = 0; block < blocks; block++) {
        const int64_t start = block * CONVLAB_LOSS_BLOCK;
        const int64_t size = count - start < CONVLAB_LOSS_BLOCK ? count - start : CONVLAB_LOSS_BLOCK;
        block_sums[block] =
            table->squared_error(prediction + start, target + start, size, factor, grad + start);
    }
    return sum_in_order(block_sums, blocks) / (double)count;
}
