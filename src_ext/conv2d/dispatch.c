#include "dispatch.h"

#include <stddef.h>

/* NULL for what this build leaves out: Python never offers it. */
static const struct convlab_conv2d_table *const tables[CONVLAB_ISA_COUNT] = {
    [CONVLAB_ISA_BASELINE] = &convlab_conv2d_table__baseline,
#ifndef CONVLAB_WITHOUT_AVX2
    [CONVLAB_ISA_AVX2] = &convlab_conv2d_table__avx2,
#endif
#ifndef CONVLAB_WITHOUT_AVX512
    [CONVLAB_ISA_AVX512] = &convlab_conv2d_table__avx512,
#endif
};

const struct convlab_conv2d_algorithm *convlab_conv2d_candidate(int operation, int isa, int index) {
    if (tables[isa] != NULL) {
        for (int i = 0; tables[isa]->algorithms[operation][i].name != NULL; i++, index--) {
            if (index == 0) {
                return &tables[isa]->algorithms[operation][i];
            }
        }
    }
    return index == 0 ? &convlab_conv2d_table__reference.algorithms[operation][0] : NULL;
}

const struct convlab_conv2d_algorithm *convlab_conv2d_choose(int operation, int isa,
                                                             const struct convlab_conv2d_problem *problem) {
    int index = 0;
    while (convlab_conv2d_candidate(operation, isa, index)->refuse(problem) != NULL) {
        index++; /* ends at the reference, which refuses nothing */
    }
    return convlab_conv2d_candidate(operation, isa, index);
}
