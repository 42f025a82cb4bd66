/* Batch normalization per channel: y = scale * (x - mean) * inverse_std + shift.
 *
 * x, y, grad, dx  are (m, c), the pixels of all images by channels; scale, shift, mean, ... are (c,)
 * mean = sum x / m, variance = sum (x - mean)^2 / m, inverse_std = 1 / sqrt(variance + epsilon)
 * dshift = sum grad, dscale = sum grad * (x - mean) * inverse_std
 * dx = scale * inverse_std * (grad - dshift / m - (x - mean) * inverse_std * dscale / m)
 *
 * With an activation y = phi(what stands above), and grad, that of y, is first multiplied by phi' in place;
 * what phi' needs is computed anew from x while it is in the cache, so that nothing but x is kept.
 *
 * For vectors an array counts as (rows, columns): as many pixels side by side as make `columns`, a multiple
 * of c, one of 16 as well; the pixels left over are a last row that is shorter. Rows are summed in chunks
 * whose size depends on the shape alone, the chunks in their order in double: no result depends on threads.
 */
#ifndef CONVLAB_NORM_H
#define CONVLAB_NORM_H

#include <stdint.h>

#include "activation_span.h"
#include "isa.h"

/* Values per column that the sums over a chunk of rows leave. */
enum { CONVLAB_NORM_MOMENTS = 3, CONVLAB_NORM_GRADIENT_SUMS = 2 };

struct convlab_norm_table {
    /* moments is (3, columns): the chunk's rounded mean a, sum (x - a), sum (x - a)^2 */
    void (*moments)(const float *x, int64_t rows, int64_t columns, float *moments);
    /* sums is (2, columns): sum grad, sum grad * (x - mean) */
    void (*gradient_sums)(const float *x, const float *grad, const float *mean, int64_t rows, int64_t columns,
                          float *sums);
    /* y = (x - mean) * factor + shift */
    void (*normalize)(const float *x, const float *mean, const float *factor, const float *shift,
                      int64_t rows, int64_t columns, float *y);
    /* dx = factor * (grad - part - (x - mean) * slope) */
    void (*input_gradient)(const float *x, const float *grad, const float *mean, const float *factor,
                           const float *part, const float *slope, int64_t rows, int64_t columns, float *dx);
};

extern const struct convlab_norm_table convlab_norm__baseline;
extern const struct convlab_norm_table convlab_norm__avx2;
extern const struct convlab_norm_table convlab_norm__avx512;

/* Arrays of one normalization, all float or all double. */
struct convlab_norm_arrays {
    int64_t m, c;
    double epsilon;
    const void *x, *scale, *shift;
    void *grad;
    void *mean, *inverse_std; /* written by forward, read by inference (inverse_std) and backward */
    void *out;                /* y or dx */
    void *dscale, *dshift;
    convlab_activation_span activation; /* NULL for none, as always in the reference */
    convlab_activation_gradient_span derivative;
    int derivative_of_output; /* whether phi' is computed from phi's output */
    const float *parameters;
};

/* The reference: plain loops with double sums. */
void convlab_norm_forward_reference(const struct convlab_norm_arrays *a, int is_double);
void convlab_norm_inference_reference(const struct convlab_norm_arrays *a, int is_double);
void convlab_norm_backward_reference(const struct convlab_norm_arrays *a, int is_double);

/* The doors for Python: workspace has convlab_norm_workspace(m, c) doubles. inference reads mean, and takes
 * inverse_std as computed by the caller. */
int64_t convlab_norm_workspace(int64_t m, int64_t c);
void convlab_norm_forward(const struct convlab_norm_arrays *a, int is_double, double *workspace, int isa,
                          int threads);
void convlab_norm_inference(const struct convlab_norm_arrays *a, int is_double, double *workspace, int isa,
                            int threads);
void convlab_norm_backward(const struct convlab_norm_arrays *a, int is_double, double *workspace, int isa,
                           int threads);

#endif
