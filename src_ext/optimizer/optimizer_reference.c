/* The optimizers as their formulas say, in double; see optimizer.h. */
#include <math.h>
#include <stddef.h>

#include "optimizer.h"

/* rule_change(g, state, settings) brings the state up to date and returns what is taken off the value. */
#define CHANGE(rule)                                            \
    static inline double rule##_change(double g, double *state, \
                                       const struct convlab_optimizer_settings *with)

CHANGE(sgd) {
    (void)state;
    return with->rate * g;
}

CHANGE(momentum) {
    state[0] = with->keep * state[0] + g;
    return with->rate * state[0];
}

CHANGE(nesterov) {
    state[0] = with->keep * state[0] + g;
    return with->rate * (g + with->keep * state[0]);
}

CHANGE(adagrad) {
    state[0] += g * g;
    return with->rate * g / (sqrt(state[0]) + with->epsilon);
}

static double running(double mean, double keep, double value) { return keep * mean + (1 - keep) * value; }

static double normalized(double g, double *state, const struct convlab_optimizer_settings *with) {
    state[0] = running(state[0], with->keep_square, g * g);
    return g / (sqrt(state[0]) + with->epsilon);
}

static double centered(double g, double *state, const struct convlab_optimizer_settings *with) {
    state[0] = running(state[0], with->keep_square, g * g);
    state[1] = running(state[1], with->keep_square, g);
    const double variance = state[0] - state[1] * state[1];
    return g / (sqrt(variance < 0 ? 0 : variance) + with->epsilon);
}

CHANGE(rmsprop) { return with->rate * normalized(g, state, with); }
CHANGE(rmsprop_centered) { return with->rate * centered(g, state, with); }

CHANGE(rmsprop_momentum) {
    state[1] = with->keep * state[1] + normalized(g, state, with);
    return with->rate * state[1];
}

CHANGE(rmsprop_centered_momentum) {
    state[2] = with->keep * state[2] + centered(g, state, with);
    return with->rate * state[2];
}

CHANGE(adam) {
    state[0] = running(state[0], with->keep_square, g * g);
    state[1] = running(state[1], with->keep, g);
    return with->rate * state[1] / (sqrt(state[0]) * with->correction + with->epsilon);
}

#define ELEMENT float
#define NAMED(name) name##_float
#include "optimizer_reference_body.h"
#undef ELEMENT
#undef NAMED

#define ELEMENT double
#define NAMED(name) name##_double
#include "optimizer_reference_body.h"

#define FLOAT_ENTRY(rule) rule##_float,
#define DOUBLE_ENTRY(rule) rule##_double,
const struct convlab_optimizer_table convlab_optimizer__reference = {
    {CONVLAB_OPTIMIZER_RULES(FLOAT_ENTRY)},
    sum_of_squares_float,
};
const convlab_optimizer_span convlab_optimizer_double[CONVLAB_OPTIMIZER_COUNT] = {
    CONVLAB_OPTIMIZER_RULES(DOUBLE_ENTRY)};

double convlab_sum_of_squares_double(const double *x, int64_t n) { return sum_of_squares_double(x, n); }
