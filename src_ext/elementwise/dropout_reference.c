/* Dropout in plain loops; see dropout.h for the arrays. */
#include "dropout.h"

static int keeps(int64_t i, const struct convlab_dropout_draw *draw) {
    uint32_t h = (uint32_t)i ^ draw->first_key;
    CONVLAB_DROPOUT_MIX(h);
    h ^= draw->second_key;
    CONVLAB_DROPOUT_MIX(h);
    return h >= draw->threshold;
}

static void apply(const float *x, float *out, int64_t start, int64_t n,
                  const struct convlab_dropout_draw *draw) {
    for (int64_t i = 0; i < n; i++) {
        out[i] = keeps(start + i, draw) ? x[i] * draw->scale : 0;
    }
}

const struct convlab_dropout_table convlab_dropout__reference = {apply};

void convlab_dropout_double(const double *x, double *out, int64_t n, const struct convlab_dropout_draw *draw,
                            double scale) {
    for (int64_t i = 0; i < n; i++) {
        out[i] = keeps(i, draw) ? x[i] * scale : 0;
    }
}
