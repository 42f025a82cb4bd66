/* The form in which an activation is handed to kernels that apply it to what they have just computed. */
#ifndef CONVLAB_ACTIVATION_SPAN_H
#define CONVLAB_ACTIVATION_SPAN_H

#include <stdint.h>

/* y[i] = phi(x[i]); y == x is allowed. */
typedef void (*convlab_activation_span)(const float *x, float *y, int64_t n, const float *parameters);

/* out[i] = grad[i] * phi'(saved[i]), with saved the input or output of phi; out may be saved or grad. */
typedef void (*convlab_activation_gradient_span)(const float *saved, const float *grad, float *out, int64_t n,
                                                 const float *parameters);

/* y[i] = phi(x[i]) and slope[i] = phi'(x[i]); slope == x is allowed. */
typedef void (*convlab_activation_sloped_span)(const float *x, float *y, float *slope, int64_t n,
                                               const float *parameters);

#endif
