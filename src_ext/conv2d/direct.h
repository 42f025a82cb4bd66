/* Forward and backward to the input as algorithms: thin faces of the tap convolution. */
#ifndef CONVLAB_DIRECT_H
#define CONVLAB_DIRECT_H

#include "tap_convolution.h"

static const char *refuse_double(const struct convlab_conv2d_problem *problem) {
    return problem->is_double ? "float64 runs in the reference loops" : NULL;
}

/* y[n,o,p,k] = phi(bias[k] + sum over i,j,c of x[n, o*stride - pad + i*dilation, ..., c] * w[k,i,j,c]) */
static void direct_forward(const struct convlab_conv2d_problem *problem,
                           const struct convlab_conv2d_arguments *arguments, int threads, void *scratch) {
    const struct tap_convolution t = forward_taps(problem, arguments);
    run_tap_convolution(&t, threads, scratch);
}

static int64_t direct_forward_scratch(const struct convlab_conv2d_problem *problem, int threads) {
    const struct convlab_conv2d_arguments nothing = {0};
    const struct tap_convolution t = forward_taps(problem, &nothing);
    return tap_scratch_bytes(&t, threads);
}

/* dx[n,h,w,c] = bias[c] + sum of dy[n,o,p,k] * w[k,i,j,c] over the outputs whose window holds (h,w) */
static void direct_backward_input(const struct convlab_conv2d_problem *problem,
                                  const struct convlab_conv2d_arguments *arguments, int threads, void *scratch) {
    for (int64_t phase = 0; phase < phases_count(problem); phase++) {
        const struct tap_convolution t = backward_input_taps(problem, arguments, phase);
        run_tap_convolution(&t, threads, scratch);
    }
}

static int64_t direct_backward_input_scratch(const struct convlab_conv2d_problem *problem, int threads) {
    const struct convlab_conv2d_arguments nothing = {0};
    int64_t most = 0;
    for (int64_t phase = 0; phase < phases_count(problem); phase++) {
        const struct tap_convolution t = backward_input_taps(problem, &nothing, phase);
        most = larger(most, tap_scratch_bytes(&t, threads));
    }
    return most;
}

#endif
