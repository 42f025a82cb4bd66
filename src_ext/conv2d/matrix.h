/* Dense layers with many weights as algorithms: faces of the product of matrices. */
#ifndef CONVLAB_MATRIX_H
#define CONVLAB_MATRIX_H

#include "matrix_product.h"

/* Weights that the L2 cache does not keep: fewer are packed once and then stay near, as `direct` has them. */
enum { MATRIX_FEWEST_WEIGHTS = 128 * 1024 };

static const char *refuse_matrix(const struct convlab_conv2d_problem *q) {
    if (q->is_double) {
        return "float64 runs in the reference loops";
    }
    if (q->h != 1 || q->w != 1 || q->oh != 1 || q->ow != 1 || q->r != 1 || q->s != 1 || q->groups != 1 ||
        q->pad_top != 0 || q->pad_left != 0) {
        return "not a dense layer";
    }
    return q->c * q->k < MATRIX_FEWEST_WEIGHTS || q->c < BLOCK || q->k < BLOCK ? "too few weights to be streamed"
                                                                                : NULL;
}

/* y[n,k] = phi(bias[k] + sum over c of x[n,c] * w[k,c]) */
static struct matrix_product matrix_forward_of(const struct convlab_conv2d_problem *q,
                                               const struct convlab_conv2d_arguments *arguments) {
    return (struct matrix_product){q->n, q->k, q->c, {arguments->image, q->c, 1}, {arguments->weight, q->c, 1},
                                   arguments->out, arguments->bias, arguments->activation,
                                   arguments->activation_parameters, arguments->relu};
}

/* dx[n,c] = bias[c] + sum over k of dy[n,k] * w[k,c] */
static struct matrix_product matrix_backward_input_of(const struct convlab_conv2d_problem *q,
                                                      const struct convlab_conv2d_arguments *arguments) {
    return (struct matrix_product){.rows = q->n,
                                   .columns = q->c,
                                   .terms = q->k,
                                   .left = {arguments->image, q->k, 1},
                                   .right = {arguments->weight, 1, q->c},
                                   .out = arguments->out,
                                   .bias = arguments->bias};
}

/* dw[k,c] = sum over n of dy[n,k] * x[n,c] */
static struct matrix_product matrix_backward_weight_of(const struct convlab_conv2d_problem *q,
                                                       const struct convlab_conv2d_arguments *arguments) {
    return (struct matrix_product){.rows = q->k,
                                   .columns = q->c,
                                   .terms = q->n,
                                   .left = {arguments->weight, 1, q->k},
                                   .right = {arguments->image, 1, q->c},
                                   .out = arguments->out};
}

/* db[k] = sum over n of dy[n,k], in runs as the product's. */
static void add_matrix_bias(const struct matrix_product *m, float *db) {
    const int64_t runs = ceil_divide(m->terms, MATRIX_RUN_TERMS);
    for (int64_t k = 0; k < m->rows; k += CONVLAB_LANES) {
        const int64_t lanes = smaller(CONVLAB_LANES, m->rows - k);
        vector_float sum = {0};
        for (int64_t r = 0; r < runs; r++) {
            vector_float of_run = {0};
            for (int64_t n = part_start(m->terms, runs, r); n < part_start(m->terms, runs, r + 1); n++) {
                of_run += vector_load_partial(m->left.values + n * m->left.of_term + k, lanes);
            }
            sum += of_run;
        }
        vector_store_partial(db + k, sum, lanes);
    }
}

#define DEFINE_MATRIX_FACE(operation)                                                                            \
    static int64_t matrix_##operation##_scratch(const struct convlab_conv2d_problem *problem, int threads) {     \
        const struct convlab_conv2d_arguments nothing = {0};                                                     \
        const struct matrix_product m = matrix_##operation##_of(problem, &nothing);                              \
        return matrix_scratch_bytes(&m, threads);                                                                \
    }                                                                                                            \
    static void matrix_##operation(const struct convlab_conv2d_problem *problem,                                 \
                                   const struct convlab_conv2d_arguments *arguments, int threads,                \
                                   void *scratch) {                                                              \
        const struct matrix_product m = matrix_##operation##_of(problem, arguments);                             \
        multiply_matrices(&m, threads, scratch);                                                                 \
        if (arguments->out_bias) {                                                                               \
            add_matrix_bias(&m, arguments->out_bias);                                                            \
        }                                                                                                        \
    }

DEFINE_MATRIX_FACE(forward)
DEFINE_MATRIX_FACE(backward_input)
DEFINE_MATRIX_FACE(backward_weight)

#endif
