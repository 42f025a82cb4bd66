/* Loops over any number of floats, vector by vector, the last one with as many lanes as are left. */
#ifndef CONVLAB_LANES_H
#define CONVLAB_LANES_H

#include "vector.h"

/* Calls DO(start, lanes); only the last call may have fewer lanes than a vector. */
#define FOR_LANES(count, DO)                                                 \
    do {                                                                     \
        int64_t start_ = 0;                                                  \
        for (; start_ + CONVLAB_LANES <= (count); start_ += CONVLAB_LANES) { \
            DO(start_, CONVLAB_LANES);                                       \
        }                                                                    \
        if (start_ < (count)) {                                              \
            DO(start_, (count) - start_);                                    \
        }                                                                    \
    } while (0)

CONVLAB_INLINE vector_float load_lanes(const float *source, int64_t lanes) {
    return lanes == CONVLAB_LANES ? vector_load(source) : vector_load_partial(source, lanes);
}

CONVLAB_INLINE void store_lanes(float *target, vector_float value, int64_t lanes) {
    vector_store_partial(target, value, lanes);
}

#endif
