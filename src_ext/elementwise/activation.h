/* Activations: y[i] = phi(x[i]), and out[i] = grad[i] * phi'(saved[i]) on the way back.
 *
 * All arrays are (n,). `saved` is x or y, as the list says. Each activation has at most one parameter,
 * parameters[0] (negative_slope, alpha or b). out == saved, out == grad and y == x are allowed.
 */
#ifndef CONVLAB_ACTIVATION_H
#define CONVLAB_ACTIVATION_H

#include <stdint.h>

#include "activation_span.h"
#include "isa.h"

/* EACH(name, what the way back needs). leaky_relu's way back works from the output as well if its slope
 * is positive. */
#define CONVLAB_ACTIVATIONS(EACH) \
    EACH(linear, output)          \
    EACH(relu, output)            \
    EACH(relu6, output)           \
    EACH(relu_squared, output)    \
    EACH(leaky_relu, input)       \
    EACH(elu, output)             \
    EACH(selu, output)            \
    EACH(celu, output)            \
    EACH(gelu, input)             \
    EACH(gelu_tanh, input)        \
    EACH(silu, input)             \
    EACH(hard_silu, input)        \
    EACH(mish, input)             \
    EACH(softplus, output)        \
    EACH(squareplus, output)      \
    EACH(sigmoid, output)         \
    EACH(hard_sigmoid, output)    \
    EACH(tanh, output)            \
    EACH(hard_tanh, output)       \
    EACH(softsign, output)

#define CONVLAB_ACTIVATION_NUMBER(name, saves) CONVLAB_ACTIVATION_##name,
enum convlab_activation { CONVLAB_ACTIVATIONS(CONVLAB_ACTIVATION_NUMBER) CONVLAB_ACTIVATION_COUNT };

struct convlab_activation_table {
    convlab_activation_span forward[CONVLAB_ACTIVATION_COUNT];
    convlab_activation_gradient_span backward[CONVLAB_ACTIVATION_COUNT];
    convlab_activation_sloped_span sloped[CONVLAB_ACTIVATION_COUNT]; /* may be NULL where the way back needs the output */
    void (*add)(const float *a, const float *b, float *out, int64_t n);
    void (*multiply)(const float *a, const float *b, float *out, int64_t n);
};

extern const struct convlab_activation_table convlab_activations__reference;
extern const struct convlab_activation_table convlab_activations__baseline;
extern const struct convlab_activation_table convlab_activations__avx2;
extern const struct convlab_activation_table convlab_activations__avx512;

/* The reference in double, also for double arrays. */
void convlab_activation_forward_double(int activation, const double *x, double *y, int64_t n,
                                       double parameter);
void convlab_activation_backward_double(int activation, const double *saved, const double *grad, double *out,
                                        int64_t n, double parameter);
void convlab_activation_slope_double(int activation, const double *saved, double *out, int64_t n,
                                     double parameter);

/* The doors for Python: cut the work into chunks and run them on up to `threads` threads. */
const char *convlab_activation_name(int activation);
const char *convlab_activation_saves(int activation);
convlab_activation_span convlab_activation_span_of(int activation, int isa);
convlab_activation_gradient_span convlab_activation_gradient_span_of(int activation, int isa);
convlab_activation_sloped_span convlab_activation_sloped_span_of(int activation, int isa);
void convlab_activation_forward(int activation, const float *x, float *y, int64_t n, float parameter, int isa,
                                int threads);
void convlab_activation_backward(int activation, const float *saved, const float *grad, float *out, int64_t n,
                                 float parameter, int isa, int threads);

/* An activation as its spans, whoever wrote them. */
struct convlab_activation_spans {
    convlab_activation_span forward;
    convlab_activation_gradient_span backward;
    convlab_activation_sloped_span sloped; /* NULL where nobody wrote one */
    const float *parameters;
};

/* out = phi(a + b), and out = (a + b) * phi'(saved), in one pass over memory; b may be NULL for no sum. */
void convlab_spans_forward(const struct convlab_activation_spans *spans, const float *a, const float *b,
                           float *out, int64_t n, int isa, int threads);
void convlab_spans_backward(const struct convlab_activation_spans *spans, const float *saved, const float *a,
                            const float *b, float *out, int64_t n, int isa, int threads);

/* y = phi(x) and slope = phi'(x), for an activation whose way back needs the input; slope may be x. Then the way back
 * is out = slope * grad. */
void convlab_spans_sloped(const struct convlab_activation_spans *spans, const float *x, float *y, float *slope,
                          int64_t n, int isa, int threads);
void convlab_multiply(const float *a, const float *b, float *out, int64_t n, int isa, int threads);

#endif
