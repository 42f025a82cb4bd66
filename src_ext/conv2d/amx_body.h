/* All that AMX adds to AVX-512; the including file chose the target, and whether tiles are emulated. */
#ifndef CONVLAB_AMX_BODY_H
#define CONVLAB_AMX_BODY_H

#include "amx_product.h"
/* the product first: it defines what the rest multiplies with */
#include "bfloat16_body.h"

DEFINE_BFLOAT16_OPERATIONS(bf16, 1)
DEFINE_BFLOAT16_OPERATIONS(bf16x3, 2)
DEFINE_BFLOAT16_OPERATIONS(bf16x6, 3)

static const char *refuse_bf16(const struct convlab_conv2d_problem *problem) { return problem->precision == 2 ? NULL : "p"; }
static const char *refuse_bf16x3(const struct convlab_conv2d_problem *problem) { return problem->precision == 1 ? NULL : "p"; }
static const char *refuse_bf16x6(const struct convlab_conv2d_problem *problem) { return problem->precision == 0 ? NULL : "p"; }

#define AMX_ALGORITHMS(operation)                                                    \
    {{"bf16", refuse_bf16, bf16_##operation##_scratch, bf16_##operation},            \
     {"bf16x3", refuse_bf16x3, bf16x3_##operation##_scratch, bf16x3_##operation},    \
     {"bf16x6", refuse_bf16x6, bf16x6_##operation##_scratch, bf16x6_##operation}}

const struct convlab_conv2d_table CONVLAB_NAME(convlab_conv2d_table) = {
    {AMX_ALGORITHMS(forward), AMX_ALGORITHMS(backward_input), AMX_ALGORITHMS(backward_weight)}};

#endif
