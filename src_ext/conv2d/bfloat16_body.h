/* The algorithms that multiply bfloat16, as functions of the number of terms; the including file chose the target. */
#ifndef CONVLAB_BFLOAT16_BODY_H
#define CONVLAB_BFLOAT16_BODY_H

#include <stddef.h>

#include "bfloat16_taps.h"
#include "bfloat16_weight.h"

/* What runs where bfloat16 cannot: the last algorithm of AVX-512, which does every problem in float. */
static const struct convlab_conv2d_algorithm *direct_algorithm(int operation) {
    const struct convlab_conv2d_algorithm *algorithm = convlab_conv2d_table__avx512.algorithms[operation];
    while (algorithm[1].name != NULL) {
        algorithm++;
    }
    return algorithm;
}

/* The tap convolutions of an operation: one, or one for each phase of the stride. */
static inline struct tap_convolution nth_taps(int operation, const struct convlab_conv2d_problem *problem,
                                              const struct convlab_conv2d_arguments *arguments, int64_t number) {
    return operation == CONVLAB_CONV2D_BACKWARD_INPUT ? backward_input_taps(problem, arguments, number)
                                                      : forward_taps(problem, arguments);
}

static int64_t bfloat16_scratch(int operation, int terms, const struct convlab_conv2d_problem *problem, int threads) {
    const struct convlab_conv2d_arguments nothing = {0};
    const int64_t count = operation == CONVLAB_CONV2D_BACKWARD_INPUT ? phases_count(problem) : 1;
    int64_t most = direct_algorithm(operation)->scratch_bytes(problem, threads);
    for (int64_t i = 0; i < count; i++) {
        const struct tap_convolution t = nth_taps(operation, problem, &nothing, i);
        most = larger(most, operation == CONVLAB_CONV2D_BACKWARD_WEIGHT
                                ? bfloat16_weight_scratch_bytes(&t, terms, threads)
                                : bfloat16_scratch_bytes(&t, terms, threads));
    }
    return most;
}

/* Where Inf, NaN or values too small for the terms came in, the direct algorithm writes everything again: so they come
 * out where it puts them. */
static void bfloat16_run_or_direct(int operation, int terms, const struct convlab_conv2d_problem *problem,
                                   const struct convlab_conv2d_arguments *arguments, int threads, void *scratch) {
    const int64_t count = operation == CONVLAB_CONV2D_BACKWARD_INPUT ? phases_count(problem) : 1;
    int sound = 1;
    for (int64_t i = 0; i < count && sound; i++) {
        const struct tap_convolution t = nth_taps(operation, problem, arguments, i);
        sound = operation == CONVLAB_CONV2D_BACKWARD_WEIGHT
                    ? run_bfloat16_weight(&t, arguments, terms, threads, scratch)
                    : run_bfloat16_taps(&t, terms, threads, scratch);
    }
    if (!sound) {
        direct_algorithm(operation)->run(problem, arguments, threads, scratch);
    }
}

/* Fewer channels leave most of a product's lanes or pairs idle. */
enum { BFLOAT16_LEAST_CHANNELS = 8 };

/* NULL, or why products of bfloat16 with errors of `precision` do not do a problem. */
static const char *refuse_bfloat16(const struct convlab_conv2d_problem *problem, int precision) {
    if (problem->is_double) {
        return "float64 runs in the reference loops";
    }
    if (problem->precision < precision) {
        return precision == CONVLAB_PRECISION_FAST ? "precision is float32: two terms of bfloat16 need fast"
                                                   : "precision is not bfloat16";
    }
    if (problem->c / problem->groups < BFLOAT16_LEAST_CHANNELS ||
        problem->k / problem->groups < BFLOAT16_LEAST_CHANNELS) {
        return "fewer than 8 channels in or out of a group";
    }
    return NULL;
}

/* The functions of one operation with so many terms, as the table wants them. */
#define DEFINE_BFLOAT16(name, OPERATION, TERMS)                                                                     \
    static int64_t name##_scratch(const struct convlab_conv2d_problem *problem, int threads) {                      \
        return bfloat16_scratch(OPERATION, TERMS, problem, threads);                                                \
    }                                                                                                               \
    static void name(const struct convlab_conv2d_problem *problem, const struct convlab_conv2d_arguments *arguments, \
                     int threads, void *scratch) {                                                                  \
        bfloat16_run_or_direct(OPERATION, TERMS, problem, arguments, threads, scratch);                             \
    }

#define DEFINE_BFLOAT16_OPERATIONS(name, TERMS)                                          \
    DEFINE_BFLOAT16(name##_forward, CONVLAB_CONV2D_FORWARD, TERMS)                       \
    DEFINE_BFLOAT16(name##_backward_input, CONVLAB_CONV2D_BACKWARD_INPUT, TERMS)         \
    DEFINE_BFLOAT16(name##_backward_weight, CONVLAB_CONV2D_BACKWARD_WEIGHT, TERMS)

#endif
