/* One table of functions per instruction set: those the compiler could not build are NULL. */
#ifndef CONVLAB_ISA_TABLES_H
#define CONVLAB_ISA_TABLES_H

#include <stddef.h>

#include "isa.h"

#ifdef CONVLAB_WITHOUT_AVX2
#define CONVLAB_IF_AVX2(table) NULL
#else
#define CONVLAB_IF_AVX2(table) table
#endif

#ifdef CONVLAB_WITHOUT_AVX512
#define CONVLAB_IF_AVX512(table) NULL
#else
#define CONVLAB_IF_AVX512(table) table
#endif

/* The entries from the baseline on. What extends AVX-512 by products of bfloat16 changes nothing for a family
 * that multiplies no matrices. */
#define CONVLAB_VECTOR_TABLES(name)                                             \
    [CONVLAB_ISA_BASELINE] = &name##__baseline,                                 \
    [CONVLAB_ISA_AVX2] = CONVLAB_IF_AVX2(&name##__avx2),                        \
    [CONVLAB_ISA_AVX512] = CONVLAB_IF_AVX512(&name##__avx512),                  \
    [CONVLAB_ISA_AVX512_BF16] = CONVLAB_IF_AVX512(&name##__avx512),             \
    [CONVLAB_ISA_AMX] = CONVLAB_IF_AVX512(&name##__avx512),                     \
    [CONVLAB_ISA_AMX_EMULATED] = CONVLAB_IF_AVX512(&name##__avx512)

/* Initializer of an array over enum convlab_isa of pointers to the tables name__<isa>. */
#define CONVLAB_TABLES(name) {[CONVLAB_ISA_REFERENCE] = &name##__reference, CONVLAB_VECTOR_TABLES(name)}

#endif
