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

/* Initializer of an array over enum convlab_isa of pointers to the tables name__<isa>. */
#define CONVLAB_TABLES(name)                                                \
    {&name##__reference, &name##__baseline, CONVLAB_IF_AVX2(&name##__avx2), \
     CONVLAB_IF_AVX512(&name##__avx512)}

#endif
