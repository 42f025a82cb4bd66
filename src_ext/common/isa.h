/* Instruction sets, as numbers that Python passes with every call: the C code keeps no state. */
#ifndef CONVLAB_ISA_H
#define CONVLAB_ISA_H

enum convlab_isa {
    CONVLAB_ISA_REFERENCE = 0, /* plain loops, double sums */
    CONVLAB_ISA_BASELINE = 1,  /* what every x86-64 (or the target's default) offers */
    CONVLAB_ISA_AVX2 = 2,      /* AVX2 and FMA */
    CONVLAB_ISA_AVX512 = 3,    /* AVX-512 F, VL, BW, DQ */
    CONVLAB_ISA_COUNT = 4
};

#endif
