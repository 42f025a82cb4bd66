/* All activations on vectors of one instruction set; see activation.h for the arrays. */
#include <stddef.h>

#include "activation.h"
#include "lanes.h"
#include "vector_math.h"

/* name_value(x) = phi(x); name_gradient(s, g) = g * phi'(s), with s the output or input as in activation.h. Where it is
 * the input, name_sloped(x) gives both, which share the work. Every one takes the activation's parameter as a, used or
 * not. */
#define PARAMETER vector_float a __attribute__((unused))
#define VALUE(name) CONVLAB_INLINE vector_float name##_value(vector_float x, PARAMETER)
#define GRADIENT(name) CONVLAB_INLINE vector_float name##_gradient(vector_float s, vector_float g, PARAMETER)
#define SLOPED(name)                                                     \
    CONVLAB_INLINE struct sloped name##_sloped(vector_float x, PARAMETER); \
    VALUE(name) { return name##_sloped(x, a).value; }                    \
    GRADIENT(name) { return g * name##_sloped(s, a).slope; }             \
    CONVLAB_INLINE struct sloped name##_sloped(vector_float x, PARAMETER)

struct sloped {
    vector_float value, slope; /* phi(x), phi'(x) */
};

static const float SELU_SCALE = 1.05070098735548049342f;
static const float SELU_SCALE_ALPHA = 1.75809934084737685994f;
static const float GELU_SCALE = 1.59576912160573071176f; /* 2 sqrt(2 / pi) */
static const float GELU_CUBIC = 0.044715f;
static const float BELL_HEIGHT = 0.398942280401432677940f; /* 1 / sqrt(2 pi) */

VALUE(linear) { return x; }
GRADIENT(linear) {
    (void)s;
    return g;
}

VALUE(relu) { return vector_max((vector_float){0}, x); }
GRADIENT(relu) { return vector_keep(~(s <= 0.0f), g); }

VALUE(relu6) { return vector_clamp(x, 0.0f, 6.0f); }
GRADIENT(relu6) { return vector_keep(~((s <= 0.0f) | (s >= 6.0f)), g); }

VALUE(relu_squared) {
    const vector_float above = vector_max((vector_float){0}, x);
    return above * above;
}
GRADIENT(relu_squared) { return g * (vector_sqrt(vector_max((vector_float){0}, s)) * 2.0f); }

SLOPED(leaky_relu) {
    return (struct sloped){vector_select(x > 0.0f, x, x * a), vector_select(x > 0.0f, vector_broadcast(1.0f), a)};
}

VALUE(elu) { return vector_select(x > 0.0f, x, vector_expm1(x) * a); }
GRADIENT(elu) { return vector_select(s > 0.0f, g, g * (s + a)); }

VALUE(selu) { return vector_select(x > 0.0f, x * SELU_SCALE, vector_expm1(x) * SELU_SCALE_ALPHA); }
GRADIENT(selu) { return g * vector_select(s > 0.0f, vector_broadcast(SELU_SCALE), s + SELU_SCALE_ALPHA); }

VALUE(celu) { return vector_select(x > 0.0f, x, vector_expm1(x / a) * a); }
GRADIENT(celu) { return vector_select(s > 0.0f, g, g * (s / a + 1.0f)); }

/* x Phi(x). Below -15 Phi is 0 in float, so x is held there: -inf * 0 would be NaN. */
SLOPED(gelu) {
    const vector_float limited = vector_clamp(x, -15.0f, 15.0f);
    const struct vector_normal normal = vector_normal_tail(limited);
    const vector_float phi = vector_select(x > 0.0f, 1.0f - normal.tail, normal.tail);
    return (struct sloped){vector_max(vector_broadcast(-15.0f), x) * phi, limited * BELL_HEIGHT * normal.bell + phi};
}

/* x (1 + tanh(u / 2)) / 2 = x sigmoid(u), u = 2 sqrt(2 / pi) (x + 0.044715 x^3). */
SLOPED(gelu_tanh) {
    const vector_float limited = vector_clamp(x, -15.0f, 15.0f), square = limited * limited;
    const vector_float u = limited * (square * (GELU_SCALE * GELU_CUBIC) + GELU_SCALE);
    const vector_float slope = square * (3.0f * GELU_SCALE * GELU_CUBIC) + GELU_SCALE;
    const struct vector_shares shares = vector_sigmoid_shares(u);
    return (struct sloped){vector_max(vector_broadcast(-15.0f), x) * shares.share,
                           limited * slope * (shares.below * (1.0f - shares.below)) + shares.share};
}

/* x sigmoid(x), zero in float below -120. */
SLOPED(silu) {
    const vector_float limited = vector_clamp(x, -120.0f, 120.0f);
    const struct vector_shares shares = vector_sigmoid_shares(limited);
    return (struct sloped){vector_max(vector_broadcast(-120.0f), x) * shares.share,
                           limited * (shares.below * (1.0f - shares.below)) + shares.share};
}

SLOPED(hard_silu) {
    const vector_float between = vector_select(x < 3.0f, x / 3.0f + 0.5f, vector_broadcast(1.0f));
    return (struct sloped){
        vector_max(vector_broadcast(-3.0f), x) * (vector_clamp(x + 3.0f, 0.0f, 6.0f) / 6.0f),
        vector_select(x != x, x, vector_keep(x > -3.0f, between)),
    };
}

/* x tanh(ln(1 + e^x)) = x m / (m + 2) with m = e^x (e^x + 2); it is x in float above 20. */
SLOPED(mish) {
    const vector_float limited = vector_clamp(x, -120.0f, 20.0f);
    const vector_float e = vector_exp(limited);
    const vector_float m = e * (e + 2.0f), share = m / (m + 2.0f);
    return (struct sloped){vector_max(vector_broadcast(-120.0f), x) * share,
                           limited * 4.0f * e * (e + 1.0f) / ((m + 2.0f) * (m + 2.0f)) + share};
}

VALUE(softplus) { return vector_max((vector_float){0}, x) + vector_log1p_unit(vector_exp(-vector_abs(x))); }
GRADIENT(softplus) { return g * -vector_expm1(-s); }

/* (x + root) / 2, root = sqrt(x^2 + a), which is |x| in float above 1e18. Of negative x the sum would cancel,
 * and (x + root) (root - x) = a. */
VALUE(squareplus) {
    const vector_float size = vector_abs(x);
    const vector_float limited = vector_min(vector_broadcast(1.0e18f), size);
    const vector_float root = vector_max(size, vector_sqrt(limited * limited + a));
    const vector_float larger = size * 0.5f + root * 0.5f;
    return vector_select(x < 0.0f, a * 0.25f / larger, larger);
}
/* s / root = s^2 / (s^2 + a / 4), for s from 0 to infinity */
GRADIENT(squareplus) {
    const vector_float ratio = vector_sqrt(a) * 0.5f / s;
    return g / (ratio * ratio + 1.0f);
}

VALUE(sigmoid) { return vector_sigmoid(x); }
GRADIENT(sigmoid) { return g * (s * (1.0f - s)); }

VALUE(hard_sigmoid) { return vector_clamp(x + 3.0f, 0.0f, 6.0f) / 6.0f; }
GRADIENT(hard_sigmoid) { return vector_keep(~((s <= 0.0f) | (s >= 1.0f)), g / 6.0f); }

VALUE(tanh) { return vector_tanh(x); }
GRADIENT(tanh) { return g * ((1.0f - s) * (s + 1.0f)); }

VALUE(hard_tanh) { return vector_clamp(x, -1.0f, 1.0f); }
GRADIENT(hard_tanh) { return vector_keep(~((s <= -1.0f) | (s >= 1.0f)), g); }

VALUE(softsign) {
    const vector_float finite = vector_clamp(x, -3.0e38f, 3.0e38f);
    return finite / (vector_abs(finite) + 1.0f);
}
GRADIENT(softsign) {
    const vector_float rest = 1.0f - vector_abs(s);
    return g * (rest * rest);
}

/* The loops over n; the last few elements go through the same vector code on a padded copy. */
#define SPANS(name, saves)                                                                            \
    static void name##_span(const float *x, float *y, int64_t n, const float *parameters) {           \
        const vector_float a = vector_broadcast(parameters[0]);                                       \
        int64_t i = 0;                                                                                \
        for (; i + CONVLAB_LANES <= n; i += CONVLAB_LANES) {                                          \
            vector_store(y + i, name##_value(vector_load(x + i), a));                                 \
        }                                                                                             \
        if (i < n) {                                                                                  \
            vector_store_partial(y + i, name##_value(vector_load_partial(x + i, n - i), a), n - i);   \
        }                                                                                             \
    }                                                                                                 \
    static void name##_gradient_span(const float *saved, const float *grad, float *out, int64_t n,    \
                                     const float *parameters) {                                       \
        const vector_float a = vector_broadcast(parameters[0]);                                       \
        int64_t i = 0;                                                                                \
        for (; i + CONVLAB_LANES <= n; i += CONVLAB_LANES) {                                          \
            vector_store(out + i, name##_gradient(vector_load(saved + i), vector_load(grad + i), a)); \
        }                                                                                             \
        if (i < n) {                                                                                  \
            const vector_float s = vector_load_partial(saved + i, n - i);                             \
            const vector_float g = vector_load_partial(grad + i, n - i);                              \
            vector_store_partial(out + i, name##_gradient(s, g, a), n - i);                           \
        }                                                                                             \
    }
CONVLAB_ACTIVATIONS(SPANS)

#define SLOPED_SPAN_output(name)
#define SLOPED_SPAN_input(name)                                                                               \
    static void name##_sloped_span(const float *x, float *y, float *slope, int64_t n, const float *parameters) { \
        const vector_float a = vector_broadcast(parameters[0]);                                               \
        int64_t i = 0;                                                                                        \
        for (; i + CONVLAB_LANES <= n; i += CONVLAB_LANES) {                                                  \
            const struct sloped both = name##_sloped(vector_load(x + i), a);                                  \
            vector_store(y + i, both.value);                                                                  \
            vector_store(slope + i, both.slope);                                                              \
        }                                                                                                     \
        if (i < n) {                                                                                          \
            const struct sloped both = name##_sloped(vector_load_partial(x + i, n - i), a);                   \
            vector_store_partial(y + i, both.value, n - i);                                                   \
            vector_store_partial(slope + i, both.slope, n - i);                                               \
        }                                                                                                     \
    }
#define SLOPED_SPANS(name, saves) SLOPED_SPAN_##saves(name)
CONVLAB_ACTIVATIONS(SLOPED_SPANS)

static void add(const float *a, const float *b, float *out, int64_t n) {
#define ADD(i, lanes) store_lanes(out + (i), load_lanes(a + (i), lanes) + load_lanes(b + (i), lanes), lanes)
    FOR_LANES(n, ADD);
}

static void multiply(const float *a, const float *b, float *out, int64_t n) {
#define MULTIPLY(i, lanes) store_lanes(out + (i), load_lanes(a + (i), lanes) * load_lanes(b + (i), lanes), lanes)
    FOR_LANES(n, MULTIPLY);
}

#define FORWARD_ENTRY(name, saves) name##_span,
#define BACKWARD_ENTRY(name, saves) name##_gradient_span,
#define SLOPED_ENTRY_output(name) NULL,
#define SLOPED_ENTRY_input(name) name##_sloped_span,
#define SLOPED_ENTRY(name, saves) SLOPED_ENTRY_##saves(name)
const struct convlab_activation_table CONVLAB_NAME(convlab_activations) = {
    {CONVLAB_ACTIVATIONS(FORWARD_ENTRY)},
    {CONVLAB_ACTIVATIONS(BACKWARD_ENTRY)},
    {CONVLAB_ACTIVATIONS(SLOPED_ENTRY)},
    add,
    multiply,
};
