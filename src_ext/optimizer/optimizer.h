/* Optimizer updates over flat buffers, and the sum of squares of one, in one pass over memory.
 *
 * values, gradients and every state array are (n,). The first `decayed` entries of values have weight
 * decay: g = gradient + weight_decay w ("coupled"), and w = shrink w ("decoupled") before the update; the
 * others have g = gradient. Then, with f = rate / (sqrt(s) + epsilon):
 *
 * sgd                          w = w - rate g
 * momentum                     v = keep v + g;                            w = w - rate v
 * nesterov                     v = keep v + g;                            w = w - rate (g + keep v)
 * adagrad                      s = s + g^2;                               w = w - f g
 * rmsprop                      s = keep_square s + (1 - keep_square) g^2; w = w - f g
 *   ..., centered              m = keep_square m + (1 - keep_square) g; max(s - m^2, 0) stands for s in f
 *   ..., with momentum         v = keep v + g / (sqrt(s) + epsilon);      w = w - rate v
 * adam                         m = keep m + (1 - keep) g, s as in rmsprop;
 *                              w = w - rate m / (sqrt(s) correction + epsilon)
 *
 * Every element is computed alone, in the same vector code wherever it lies: no result depends on threads.
 */
#ifndef CONVLAB_OPTIMIZER_H
#define CONVLAB_OPTIMIZER_H

#include <stdint.h>

#include "isa.h"

/* EACH(rule); the state arrays are those of the formula, in the order s, m, v, those it has not left out. */
#define CONVLAB_OPTIMIZER_RULES(EACH) \
    EACH(sgd)                         \
    EACH(momentum)                    \
    EACH(nesterov)                    \
    EACH(adagrad)                     \
    EACH(rmsprop)                     \
    EACH(rmsprop_momentum)            \
    EACH(rmsprop_centered)            \
    EACH(rmsprop_centered_momentum)   \
    EACH(adam)

#define CONVLAB_OPTIMIZER_NUMBER(rule) CONVLAB_OPTIMIZER_##rule,
enum convlab_optimizer_rule { CONVLAB_OPTIMIZER_RULES(CONVLAB_OPTIMIZER_NUMBER) CONVLAB_OPTIMIZER_COUNT };

enum { CONVLAB_OPTIMIZER_STATES = 3, CONVLAB_OPTIMIZER_BLOCK = 4096 };

struct convlab_optimizer_settings {
    double rate, weight_decay, shrink, keep, keep_square, correction, epsilon;
};

/* The arrays are float, or double for the reference alone. */
struct convlab_optimizer_arrays {
    void *values;
    const void *gradients;
    void *states[CONVLAB_OPTIMIZER_STATES];
};

/* Updates the entries from start to stop; weight decay acts on all of them or, without decays, on none. */
typedef void (*convlab_optimizer_span)(const struct convlab_optimizer_arrays *arrays, int64_t start,
                                       int64_t stop, const struct convlab_optimizer_settings *settings,
                                       int decays);

struct convlab_optimizer_table {
    convlab_optimizer_span update[CONVLAB_OPTIMIZER_COUNT];
    double (*sum_of_squares)(const float *x, int64_t n);
};

extern const struct convlab_optimizer_table convlab_optimizer__reference;
extern const struct convlab_optimizer_table convlab_optimizer__baseline;
extern const struct convlab_optimizer_table convlab_optimizer__avx2;
extern const struct convlab_optimizer_table convlab_optimizer__avx512;

/* The reference on double arrays. */
extern const convlab_optimizer_span convlab_optimizer_double[CONVLAB_OPTIMIZER_COUNT];
double convlab_sum_of_squares_double(const double *x, int64_t n);

/* The doors for Python. */
const char *convlab_optimizer_rule(int rule);
void convlab_optimizer_update(int rule, const struct convlab_optimizer_arrays *arrays, int64_t n,
                              int64_t decayed, const struct convlab_optimizer_settings *settings,
                              int is_double, int isa, int threads);
/* block_sums has one sum for every CONVLAB_OPTIMIZER_BLOCK elements; they are added in their order. */
double convlab_sum_of_squares(const float *x, int64_t n, double *block_sums, int isa, int threads);

#endif
