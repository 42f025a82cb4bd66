/* Dropout on vectors of one instruction set; see dropout.h for the arrays. */
#include "dropout.h"
#include "lanes.h"

typedef uint32_t vector_uint __attribute__((vector_size(CONVLAB_VECTOR_BYTES)));

static void apply(const float *x, float *out, int64_t start, int64_t n,
                  const struct convlab_dropout_draw *draw) {
    vector_uint lanes_after;
    for (int lane = 0; lane < CONVLAB_LANES; lane++) {
        lanes_after[lane] = (uint32_t)lane;
    }
#define APPLY(i, lanes)                                                                                    \
    do {                                                                                                   \
        vector_uint h_ = (lanes_after + (uint32_t)(start + (i))) ^ draw->first_key;                        \
        CONVLAB_DROPOUT_MIX(h_);                                                                           \
        h_ ^= draw->second_key;                                                                            \
        CONVLAB_DROPOUT_MIX(h_);                                                                           \
        const vector_int keep_ = h_ >= draw->threshold;                                                    \
        const vector_int value_ = (vector_int)(load_lanes(x + (i), lanes) * draw->scale);                  \
        store_lanes(out + (i), (vector_float)(keep_ & value_), lanes);                                     \
    } while (0)
    FOR_LANES(n, APPLY);
}

const struct convlab_dropout_table CONVLAB_NAME(convlab_dropout) = {apply};
