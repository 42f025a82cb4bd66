#include "dispatch.h"

#include <stddef.h>

/* What an instruction set adds to the one that it extends; NULL for what this build leaves out: Python never offers
 * it. */
struct offer {
    const struct convlab_conv2d_table *table;
    int extends;
};

static const struct offer offers[CONVLAB_ISA_COUNT] = {
    [CONVLAB_ISA_REFERENCE] = {&convlab_conv2d_table__reference, CONVLAB_ISA_COUNT},
    [CONVLAB_ISA_BASELINE] = {&convlab_conv2d_table__baseline, CONVLAB_ISA_REFERENCE},
#ifndef CONVLAB_WITHOUT_AVX2
    [CONVLAB_ISA_AVX2] = {&convlab_conv2d_table__avx2, CONVLAB_ISA_REFERENCE},
#endif
#ifndef CONVLAB_WITHOUT_AVX512
    [CONVLAB_ISA_AVX512] = {&convlab_conv2d_table__avx512, CONVLAB_ISA_REFERENCE},
#ifndef CONVLAB_WITHOUT_AVX512_BF16
    [CONVLAB_ISA_AVX512_BF16] = {&convlab_conv2d_table__avx512_bf16, CONVLAB_ISA_AVX512},
#endif
#ifndef CONVLAB_WITHOUT_AMX
    [CONVLAB_ISA_AMX] = {&convlab_conv2d_table__amx, CONVLAB_ISA_AVX512},
#endif
#ifndef CONVLAB_WITHOUT_AMX_EMULATED
    [CONVLAB_ISA_AMX_EMULATED] = {&convlab_conv2d_table__amx_emulated, CONVLAB_ISA_AVX512},
#endif
#endif
};

const struct convlab_conv2d_algorithm *convlab_conv2d_candidate(int operation, int isa, int index) {
    for (; isa != CONVLAB_ISA_COUNT && offers[isa].table != NULL; isa = offers[isa].extends) {
        const struct convlab_conv2d_algorithm *algorithm = offers[isa].table->algorithms[operation];
        for (; algorithm->name != NULL; algorithm++, index--) {
            if (index == 0) {
                return algorithm;
            }
        }
    }
    return NULL;
}

const struct convlab_conv2d_algorithm *convlab_conv2d_choose(int operation, int isa,
                                                             const struct convlab_conv2d_problem *problem) {
    int index = 0;
    while (convlab_conv2d_candidate(operation, isa, index)->refuse(problem) != NULL) {
        index++; /* ends at the reference, which refuses nothing */
    }
    return convlab_conv2d_candidate(operation, isa, index);
}
