/* Instruction sets, as numbers that Python passes with every call: the C code keeps no state. */
#ifndef CONVLAB_ISA_H
#define CONVLAB_ISA_H

enum convlab_isa {
    CONVLAB_ISA_REFERENCE = 0,    /* plain loops, double sums */
    CONVLAB_ISA_BASELINE = 1,     /* what every x86-64 (or the target's default) offers */
    CONVLAB_ISA_AVX2 = 2,         /* AVX2 and FMA */
    CONVLAB_ISA_AVX512 = 3,       /* AVX-512 F, VL, BW, DQ */
    CONVLAB_ISA_AVX512_BF16 = 4,  /* and its products of bfloat16 */
    CONVLAB_ISA_AMX = 5,          /* and tiles of bfloat16 */
    CONVLAB_ISA_AMX_EMULATED = 6, /* AMX's code on tiles in memory, with AVX-512: for tests */
    CONVLAB_ISA_COUNT = 7
};

#endif
