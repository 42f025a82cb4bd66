/* Activations whose author hands in compiled functions, in the form that kernels apply.
 *
 * The functions see copies: blocks that start at a cache line, lie apart, and have a whole number of GRAINs.
 * So an author's loop needs no remainder, and no result depends on where a kernel cuts its spans, even where
 * a compiler rounds differently in the vectors and in the rest of a loop.
 */
#ifndef CONVLAB_COMPILED_ACTIVATION_H
#define CONVLAB_COMPILED_ACTIVATION_H

#include <stdint.h>

#include "activation.h"

/* The spans read it through their `parameters`, so that it stands in place of an array of numbers. */
struct convlab_compiled_activation {
    convlab_activation_span value;      /* y[i] = phi(x[i]) */
    convlab_activation_span derivative; /* y[i] = phi'(saved[i]) */
    const float *parameters;            /* the author's */
};

void convlab_compiled_span(const float *x, float *y, int64_t n, const float *compiled);
void convlab_compiled_gradient_span(const float *saved, const float *grad, float *out, int64_t n,
                                    const float *compiled);

#endif
