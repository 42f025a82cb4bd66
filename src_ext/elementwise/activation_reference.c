/* The activations as their formulas say, in double; see activation.h for the arrays. */
#include <math.h>

#include "activation.h"

#define PARAMETER double a __attribute__((unused))
#define VALUE(name) static double name##_value(double x, PARAMETER)
#define SLOPE(name) static double name##_slope(double s, PARAMETER)

static const double SELU_SCALE = 1.05070098735548049342;
static const double SELU_ALPHA = 1.67326324235437728482;
static const double ROOT_HALF = 0.707106781186547524401;        /* sqrt(1 / 2) */
static const double BELL_HEIGHT = 0.398942280401432677940;      /* 1 / sqrt(2 pi) */
static const double ROOT_TWO_OVER_PI = 0.797884560802865355880; /* sqrt(2 / pi) */

/* x * share, where a share of 0 wins over an infinite x */
static double part(double x, double share) { return share == 0.0 ? copysign(0.0, x) : x * share; }
static double logistic(double x) { return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x)); }
static double clamp(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

VALUE(linear) { return x; }
SLOPE(linear) {
    (void)s;
    return 1;
}

VALUE(relu) { return x <= 0 ? 0 : x; }
SLOPE(relu) { return s <= 0 ? 0 : 1; }

VALUE(relu6) { return clamp(x, 0, 6); }
SLOPE(relu6) { return s <= 0 || s >= 6 ? 0 : 1; }

VALUE(relu_squared) { return x <= 0 ? 0 : x * x; }
SLOPE(relu_squared) { return s <= 0 ? 0 : 2 * sqrt(s); }

VALUE(leaky_relu) { return x > 0 ? x : a * x; }
SLOPE(leaky_relu) { return s > 0 ? 1 : a; }

VALUE(elu) { return x > 0 ? x : a * expm1(x); }
SLOPE(elu) { return s > 0 ? 1 : s + a; }

VALUE(selu) { return x > 0 ? SELU_SCALE * x : SELU_SCALE * SELU_ALPHA * expm1(x); }
SLOPE(selu) { return s > 0 ? SELU_SCALE : s + SELU_SCALE * SELU_ALPHA; }

VALUE(celu) { return x > 0 ? x : a * expm1(x / a); }
SLOPE(celu) { return s > 0 ? 1 : 1 + s / a; }

VALUE(gelu) { return part(x, 0.5 * erfc(-x * ROOT_HALF)); }
SLOPE(gelu) { return 0.5 * erfc(-s * ROOT_HALF) + part(s, BELL_HEIGHT * exp(-0.5 * s * s)); }

static double gelu_tanh_share(double x) {
    const double limited = clamp(x, -50, 50);
    return logistic(2 * ROOT_TWO_OVER_PI * (limited + 0.044715 * limited * limited * limited));
}
VALUE(gelu_tanh) { return part(x, gelu_tanh_share(x)); }
SLOPE(gelu_tanh) {
    const double limited = clamp(s, -50, 50);
    const double share = gelu_tanh_share(limited), rest = gelu_tanh_share(-limited);
    const double slope = 2 * ROOT_TWO_OVER_PI * (1 + 3 * 0.044715 * limited * limited);
    return share + limited * share * rest * slope;
}

VALUE(silu) { return part(x, logistic(x)); }
SLOPE(silu) { return logistic(s) + part(s, logistic(s) * logistic(-s)); }

VALUE(hard_silu) { return part(x, clamp(x + 3, 0, 6) / 6); }
SLOPE(hard_silu) { return s <= -3 ? 0 : s >= 3 ? 1 : s / 3 + 0.5; }

static double softplus_of(double x) { return (x > 0 ? x : 0) + log1p(exp(-fabs(x))); }
VALUE(mish) { return part(x, tanh(softplus_of(x))); }
SLOPE(mish) {
    const double t = tanh(softplus_of(s)), c = 1 / cosh(softplus_of(s));
    return t + part(s, c * c * logistic(s));
}

VALUE(softplus) { return x != x ? x : softplus_of(x); }
SLOPE(softplus) { return -expm1(-s); }

VALUE(squareplus) {
    const double larger = 0.5 * fabs(x) + 0.5 * hypot(x, sqrt(a));
    return x < 0 ? 0.25 * a / larger : larger;
}
SLOPE(squareplus) {
    const double ratio = 0.5 * sqrt(a) / s;
    return 1 / (1 + ratio * ratio);
}

VALUE(sigmoid) { return logistic(x); }
SLOPE(sigmoid) { return s * (1 - s); }

VALUE(hard_sigmoid) { return clamp(x + 3, 0, 6) / 6; }
SLOPE(hard_sigmoid) { return s <= 0 || s >= 1 ? 0 : 1.0 / 6; }

VALUE(tanh) { return tanh(x); }
SLOPE(tanh) { return (1 - s) * (1 + s); }

VALUE(hard_tanh) { return clamp(x, -1, 1); }
SLOPE(hard_tanh) { return s <= -1 || s >= 1 ? 0 : 1; }

VALUE(softsign) { return isinf(x) ? copysign(1, x) : x / (1 + fabs(x)); }
SLOPE(softsign) { return (1 - fabs(s)) * (1 - fabs(s)); }

#define SPANS(name, saves)                                                                         \
    static void name##_span(const float *x, float *y, int64_t n, const float *parameters) {        \
        for (int64_t i = 0; i < n; i++) {                                                          \
            y[i] = (float)name##_value(x[i], parameters[0]);                                       \
        }                                                                                          \
    }                                                                                              \
    static void name##_gradient_span(const float *saved, const float *grad, float *out, int64_t n, \
                                     const float *parameters) {                                    \
        for (int64_t i = 0; i < n; i++) {                                                          \
            const double slope = name##_slope(saved[i], parameters[0]);                            \
            out[i] = slope == 0 ? 0 : (float)(grad[i] * slope);                                    \
        }                                                                                          \
    }                                                                                              \
    static void name##_sloped_span(const float *x, float *y, float *slope, int64_t n,              \
                                   const float *parameters) {                                      \
        for (int64_t i = 0; i < n; i++) {                                                          \
            const double value = x[i];                                                             \
            y[i] = (float)name##_value(value, parameters[0]);                                      \
            slope[i] = (float)name##_slope(value, parameters[0]);                                  \
        }                                                                                          \
    }
CONVLAB_ACTIVATIONS(SPANS)

static void add(const float *a, const float *b, float *out, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        out[i] = a[i] + b[i];
    }
}

static void multiply(const float *a, const float *b, float *out, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        out[i] = a[i] * b[i];
    }
}

#define FORWARD_ENTRY(name, saves) name##_span,
#define BACKWARD_ENTRY(name, saves) name##_gradient_span,
#define SLOPED_ENTRY(name, saves) name##_sloped_span,
const struct convlab_activation_table convlab_activations__reference = {
    {CONVLAB_ACTIVATIONS(FORWARD_ENTRY)},
    {CONVLAB_ACTIVATIONS(BACKWARD_ENTRY)},
    {CONVLAB_ACTIVATIONS(SLOPED_ENTRY)},
    add,
    multiply,
};

#define VALUE_ENTRY(name, saves) name##_value,
#define SLOPE_ENTRY(name, saves) name##_slope,
static double (*const values[])(double, double) = {CONVLAB_ACTIVATIONS(VALUE_ENTRY)};
static double (*const slopes[])(double, double) = {CONVLAB_ACTIVATIONS(SLOPE_ENTRY)};

void convlab_activation_forward_double(int activation, const double *x, double *y, int64_t n,
                                       double parameter) {
    for (int64_t i = 0; i < n; i++) {
        y[i] = values[activation](x[i], parameter);
    }
}

void convlab_activation_backward_double(int activation, const double *saved, const double *grad, double *out,
                                        int64_t n, double parameter) {
    for (int64_t i = 0; i < n; i++) {
        const double slope = slopes[activation](saved[i], parameter);
        out[i] = slope == 0 ? 0 : grad[i] * slope;
    }
}

void convlab_activation_slope_double(int activation, const double *saved, double *out, int64_t n,
                                     double parameter) {
    for (int64_t i = 0; i < n; i++) {
        out[i] = slopes[activation](saved[i], parameter);
    }
}
