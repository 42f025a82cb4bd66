/* Pooling on vectors of channels of one instruction set; see pool.h for the arrays. */
#include "average.h"
#include "maximum.h"

const struct convlab_pool_table CONVLAB_NAME(convlab_pool) = {
    max_forward, max_backward, avg_forward, avg_backward, global_forward, global_backward,
};
