/* Optimizer updates on vectors of one instruction set; see optimizer.h for the formulas. */
#include "optimizer.h"
#include "vector_math.h"

/* Sums of squares are in float over this many vectors, then in double. */
enum { VECTORS_IN_FLOAT = 16 };

/* The settings in every lane. */
struct lanes {
    vector_float rate, weight_decay, shrink, keep, add, keep_square, add_square, correction, epsilon;
};

/* One vector of each state array, in the order of the rule. */
struct state {
    vector_float part[CONVLAB_OPTIMIZER_STATES];
};

CONVLAB_INLINE struct lanes lanes_of(const struct convlab_optimizer_settings *settings) {
    const struct lanes lanes = {
        .rate = vector_broadcast((float)settings->rate),
        .weight_decay = vector_broadcast((float)settings->weight_decay),
        .shrink = vector_broadcast((float)settings->shrink),
        .keep = vector_broadcast((float)settings->keep),
        .add = vector_broadcast((float)(1 - settings->keep)),
        .keep_square = vector_broadcast((float)settings->keep_square),
        .add_square = vector_broadcast((float)(1 - settings->keep_square)),
        .correction = vector_broadcast((float)settings->correction),
        .epsilon = vector_broadcast((float)settings->epsilon),
    };
    return lanes;
}

/* Keeps a product from being fused into the addition that follows. Of the sum of two products a compiler may
 * fuse either, and takes another one in the loop than at its end. */
CONVLAB_INLINE vector_float rounded(vector_float product) {
#if defined(__AVX512F__)
    __asm__("" : "+v"(product));
#elif CONVLAB_VECTOR_BYTES <= 32 && defined(__SSE2__)
    __asm__("" : "+x"(product));
#else
    __asm__("" : "+m"(product));
#endif
    return product;
}

/* rule_change(g, state, lanes) brings the state up to date and returns what is taken off the values. */
#define CHANGE(rule)                                                               \
    CONVLAB_INLINE vector_float rule##_change(vector_float g, struct state *state, \
                                              const struct lanes *with)
#define UNUSED_STATE (void)state

CHANGE(sgd) {
    UNUSED_STATE;
    return with->rate * g;
}

CHANGE(momentum) {
    state->part[0] = with->keep * state->part[0] + g;
    return with->rate * state->part[0];
}

CHANGE(nesterov) {
    state->part[0] = with->keep * state->part[0] + g;
    return with->rate * (with->keep * state->part[0] + g);
}

CHANGE(adagrad) {
    state->part[0] += g * g;
    return with->rate * (g / (vector_sqrt(state->part[0]) + with->epsilon));
}

CONVLAB_INLINE vector_float normalized(vector_float g, struct state *state, const struct lanes *with,
                                       int centered) {
    vector_float square = state->part[0] =
        with->keep_square * state->part[0] + rounded(with->add_square * (g * g));
    if (centered) {
        const vector_float mean = state->part[1] =
            with->keep_square * state->part[1] + rounded(with->add_square * g);
        square = vector_max((vector_float){0}, square - mean * mean);
    }
    return g / (vector_sqrt(square) + with->epsilon);
}

CHANGE(rmsprop) { return with->rate * normalized(g, state, with, 0); }
CHANGE(rmsprop_centered) { return with->rate * normalized(g, state, with, 1); }

CHANGE(rmsprop_momentum) {
    state->part[1] = with->keep * state->part[1] + normalized(g, state, with, 0);
    return with->rate * state->part[1];
}

CHANGE(rmsprop_centered_momentum) {
    state->part[2] = with->keep * state->part[2] + normalized(g, state, with, 1);
    return with->rate * state->part[2];
}

CHANGE(adam) {
    const vector_float square = state->part[0] =
        with->keep_square * state->part[0] + rounded(with->add_square * (g * g));
    const vector_float mean = state->part[1] = with->keep * state->part[1] + rounded(with->add * g);
    return with->rate * (mean / (vector_sqrt(square) * with->correction + with->epsilon));
}

/* How many state arrays a rule has, so that the loops over them unroll. */
enum {
    sgd_states = 0,
    momentum_states = 1,
    nesterov_states = 1,
    adagrad_states = 1,
    rmsprop_states = 1,
    rmsprop_momentum_states = 2,
    rmsprop_centered_states = 2,
    rmsprop_centered_momentum_states = 3,
    adam_states = 2
};

CONVLAB_INLINE vector_float load(const float *source, int64_t count) {
    return count == CONVLAB_LANES ? vector_load(source) : vector_load_partial(source, count);
}

/* The loop over n; the last few elements go through the same vector code on a padded copy. */
#define SPAN(rule)                                                                                      \
    CONVLAB_INLINE void rule##_vector(const struct convlab_optimizer_arrays *arrays, int64_t i,         \
                                      int64_t count, const struct lanes *with, int decays) {            \
        float *values = (float *)arrays->values + i;                                                    \
        vector_float w = load(values, count), g = load((const float *)arrays->gradients + i, count);    \
        struct state state;                                                                             \
        _Pragma("GCC unroll 3") for (int k = 0; k < rule##_states; k++) {                               \
            state.part[k] = load((const float *)arrays->states[k] + i, count);                          \
        }                                                                                               \
        if (decays) {                                                                                   \
            g += with->weight_decay * w;                                                                \
            w = rounded(w * with->shrink);                                                              \
        }                                                                                               \
        w -= rule##_change(g, &state, with);                                                            \
        _Pragma("GCC unroll 3") for (int k = 0; k < rule##_states; k++) {                               \
            vector_store_partial((float *)arrays->states[k] + i, state.part[k], count);                 \
        }                                                                                               \
        vector_store_partial(values, w, count);                                                         \
    }                                                                                                   \
    static void rule##_span(const struct convlab_optimizer_arrays *arrays, int64_t start, int64_t stop, \
                            const struct convlab_optimizer_settings *settings, int decays) {            \
        const struct lanes with = lanes_of(settings);                                                   \
        int64_t i = start;                                                                              \
        for (; i + CONVLAB_LANES <= stop; i += CONVLAB_LANES) {                                         \
            rule##_vector(arrays, i, CONVLAB_LANES, &with, decays);                                     \
        }                                                                                               \
        if (i < stop) {                                                                                 \
            rule##_vector(arrays, i, stop - i, &with, decays);                                          \
        }                                                                                               \
    }
CONVLAB_OPTIMIZER_RULES(SPAN)

static double lane_sum(vector_float values) {
    double sum = 0;
    for (int lane = 0; lane < CONVLAB_LANES; lane++) {
        sum += (double)values[lane];
    }
    return sum;
}

static double sum_of_squares(const float *x, int64_t n) {
    double sum = 0;
    vector_float partial = {0};
    int64_t i = 0, vectors = 0;
    for (; i + CONVLAB_LANES <= n; i += CONVLAB_LANES) {
        const vector_float value = vector_load(x + i);
        partial += value * value;
        if (++vectors % VECTORS_IN_FLOAT == 0) {
            sum += lane_sum(partial);
            partial = (vector_float){0};
        }
    }
    if (i < n) {
        const vector_float value = vector_load_partial(x + i, n - i);
        partial += value * value;
    }
    return sum + lane_sum(partial);
}

#define SPAN_ENTRY(rule) rule##_span,
const struct convlab_optimizer_table CONVLAB_NAME(convlab_optimizer) = {
    {CONVLAB_OPTIMIZER_RULES(SPAN_ENTRY)},
    sum_of_squares,
};
