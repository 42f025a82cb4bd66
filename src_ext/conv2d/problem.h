/* One convolution: its geometry, its arrays, and how an algorithm presents itself.
 *
 * x    is (n, h, w, c)              the image
 * w    is (k, r, s, c / groups)     the kernels
 * y    is (n, oh, ow, k)            y[o] = sum over taps of x[o * stride - pad + tap * dilation] * w[tap]
 * All arrays are C-contiguous, sizes and offsets are counted in elements.
 */
#ifndef CONVLAB_PROBLEM_H
#define CONVLAB_PROBLEM_H

#include <stdint.h>

/* What rounding errors a problem in float admits; each admits those of the ones before. */
enum convlab_precision {
    CONVLAB_PRECISION_FLOAT32 = 0,
    CONVLAB_PRECISION_FAST = 1,
    CONVLAB_PRECISION_BFLOAT16 = 2
};

struct convlab_conv2d_problem {
    int64_t n, h, w, c;
    int64_t k, r, s, groups;
    int64_t stride_h, stride_w, dilation_h, dilation_w;
    int64_t pad_top, pad_bottom, pad_left, pad_right;
    int64_t oh, ow;
    int64_t is_double; /* 1: all arrays are double, 0: all are float */
    int64_t precision; /* enum convlab_precision */
};

/* Writes y = phi(x) for n values; x == y is allowed. */
typedef void (*convlab_activation_span)(const float *x, float *y, int64_t n, const float *parameters);

/* forward:         image = x,         weight = w,   bias = (k,) or NULL, out = y
 * backward_input:  image = grad of y, weight = w,   bias = (c,) or NULL, out = grad of x
 * backward_weight: image = x, weight = grad of y,   out = grad of w,     out_bias = grad of bias or NULL */
struct convlab_conv2d_arguments {
    const void *image, *weight, *bias;
    void *out, *out_bias;
    convlab_activation_span activation; /* forward in float only; NULL for none */
    const float *activation_parameters;
    int relu; /* 1: phi(x) = max(0, x), which an algorithm may do in registers in place of calling activation */
};

/* One way to do one operation. */
struct convlab_conv2d_algorithm {
    const char *name;
    /* NULL when it can do the problem, else the reason why not. */
    const char *(*refuse)(const struct convlab_conv2d_problem *problem);
    /* Scratch memory that run needs, in bytes; run gets it aligned to 64. */
    int64_t (*scratch_bytes)(const struct convlab_conv2d_problem *problem, int threads);
    void (*run)(const struct convlab_conv2d_problem *problem, const struct convlab_conv2d_arguments *arguments,
                int threads, void *scratch);
};

enum convlab_conv2d_operation {
    CONVLAB_CONV2D_FORWARD = 0,
    CONVLAB_CONV2D_BACKWARD_INPUT = 1,
    CONVLAB_CONV2D_BACKWARD_WEIGHT = 2,
    CONVLAB_CONV2D_OPERATIONS = 3
};

enum { CONVLAB_CONV2D_MOST_ALGORITHMS = 10 };

/* For each operation its algorithms, the one to try first first, ended by a NULL name. */
struct convlab_conv2d_table {
    struct convlab_conv2d_algorithm algorithms[CONVLAB_CONV2D_OPERATIONS][CONVLAB_CONV2D_MOST_ALGORITHMS];
};

extern const struct convlab_conv2d_table convlab_conv2d_table__reference;
extern const struct convlab_conv2d_table convlab_conv2d_table__baseline;
extern const struct convlab_conv2d_table convlab_conv2d_table__avx2;
extern const struct convlab_conv2d_table convlab_conv2d_table__avx512;
extern const struct convlab_conv2d_table convlab_conv2d_table__avx512_bf16;
extern const struct convlab_conv2d_table convlab_conv2d_table__amx;
extern const struct convlab_conv2d_table convlab_conv2d_table__amx_emulated;

#endif
