/* Blocks for an author's functions; see compiled_activation.h. */
#include "compiled_activation.h"

#include <string.h>

/* Three blocks stay in a level-1 cache; a call of one costs little beside its work. */
enum { BLOCK = 512 };
/* Unrolled loops over the widest vectors have no remainder. */
enum { GRAIN = 64 };

#define ALIGNED __attribute__((aligned(64)))

/* y[0] to y[n - 1] = f(x), with n at most BLOCK and y of BLOCK. */
static void call(convlab_activation_span f, const float *x, float *y, int64_t n, const float *parameters) {
    float block[BLOCK] ALIGNED;
    const int64_t whole = (n + GRAIN - 1) / GRAIN * GRAIN;
    memcpy(block, x, (size_t)n * sizeof *x);
    for (int64_t i = n; i < whole; i++) {
        block[i] = x[n - 1]; /* no value that the author's function does not meet anyway */
    }
    f(block, y, whole, parameters);
}

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

void convlab_compiled_span(const float *x, float *y, int64_t n, const float *compiled) {
    const struct convlab_compiled_activation *a = (const void *)compiled;
    float block[BLOCK] ALIGNED;
    for (int64_t start = 0; start < n; start += BLOCK) {
        const int64_t count = smaller(BLOCK, n - start);
        call(a->value, x + start, block, count, a->parameters);
        memcpy(y + start, block, (size_t)count * sizeof *y);
    }
}

void convlab_compiled_gradient_span(const float *saved, const float *grad, float *out, int64_t n,
                                    const float *compiled) {
    const struct convlab_compiled_activation *a = (const void *)compiled;
    float slope[BLOCK] ALIGNED;
    for (int64_t start = 0; start < n; start += BLOCK) {
        const int64_t count = smaller(BLOCK, n - start);
        call(a->derivative, saved + start, slope, count, a->parameters);
        for (int64_t i = 0; i < count; i++) {
            out[start + i] = grad[start + i] * slope[i];
        }
    }
}
