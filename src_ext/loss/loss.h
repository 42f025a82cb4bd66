/* Softmax cross-entropy and mean squared error, each with its gradient.
 *
 * logits, grad, probabilities are (n, c), labels is (n,) with 0 <= label < c, row_losses is (n,)
 * p = softmax(logits), target = (1 - s) * onehot(label) + s / c, with s the label smoothing
 * row_losses = -sum target * log p, grad = (p - target) / n
 *
 * prediction, target, grad are (count,): grad = 2 (prediction - target) / count; block_sums has one sum of
 * squares for every CONVLAB_LOSS_BLOCK elements.
 * Rows and blocks are computed alone and added in their order in double: no result depends on threads.
 */
#ifndef CONVLAB_LOSS_H
#define CONVLAB_LOSS_H

#include <stdint.h>

#include "isa.h"

enum { CONVLAB_LOSS_BLOCK = 2048 };

struct convlab_loss_table {
    /* Writes e^(logits - max) of one row to out; returns its sum, and the maximum by *max. */
    double (*exponentials)(const float *logits, int64_t c, float *out, double *max);
    /* out = out * factor - part for one row */
    void (*scale_row)(float *out, int64_t c, float factor, float part);
    /* Writes factor * (prediction - target) of one block to grad, returns the sum of squares. */
    double (*squared_error)(const float *prediction, const float *target, int64_t count, float factor,
                            float *grad);
};

extern const struct convlab_loss_table convlab_loss__reference;
extern const struct convlab_loss_table convlab_loss__baseline;
extern const struct convlab_loss_table convlab_loss__avx2;
extern const struct convlab_loss_table convlab_loss__avx512;

/* The reference for double arrays. */
void convlab_softmax_double(const double *logits, int64_t n, int64_t c, double *out);
double convlab_softmax_cross_entropy_double(const double *logits, const int64_t *labels, int64_t n, int64_t c,
                                            double smoothing, double *grad);
double convlab_squared_error_double(const double *prediction, const double *target, int64_t count,
                                    double *grad);

/* The doors for Python; the losses are returned, means over n or count. */
void convlab_softmax(const float *logits, int64_t n, int64_t c, float *out, int isa, int threads);
double convlab_softmax_cross_entropy(const float *logits, const int64_t *labels, int64_t n, int64_t c,
                                     double smoothing, float *grad, double *row_losses, int isa, int threads);
double convlab_squared_error(const float *prediction, const float *target, int64_t count, float *grad,
                             double *block_sums, int isa, int threads);

#endif
