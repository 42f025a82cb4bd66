/* What products of bfloat16 add to AVX-512. */
#pragma GCC target("avx512bf16,avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")
#define CONVLAB_ISA_NAME avx512_bf16
#define CONVLAB_VECTOR_BYTES 64
#include "bfloat16_tile.h"
/* the product first: it defines what the rest multiplies with */
#include "bfloat16_body.h"

DEFINE_BFLOAT16_OPERATIONS(bf16, 1)

static const char *refuse_bf16(const struct convlab_conv2d_problem *problem) {
    return refuse_bfloat16(problem, CONVLAB_PRECISION_BFLOAT16);
}

const struct convlab_conv2d_table CONVLAB_NAME(convlab_conv2d_table) = {{
    {{"bf16", refuse_bf16, bf16_forward_scratch, bf16_forward}},
    {{"bf16", refuse_bf16, bf16_backward_input_scratch, bf16_backward_input}},
    {{"bf16", refuse_bf16, bf16_backward_weight_scratch, bf16_backward_weight}},
}};
