/* All that AMX adds to AVX-512; the including file chose the target, and whether tiles are emulated.
 *
 * bf16 multiplies inputs rounded to bfloat16. bf16x3 splits them into two terms and adds up the three products that
 * matter, bf16x6 into three terms and six products, which is as exact as float32.
 */
#ifndef CONVLAB_AMX_BODY_H
#define CONVLAB_AMX_BODY_H

#include "amx_product.h"
/* the product first: it defines what the rest multiplies with */
#include "amx_cost.h"

#define DEFINE_REFUSE(name, OPERATION, TERMS, PRECISION)                                \
    static const char *refuse_##name(const struct convlab_conv2d_problem *problem) {    \
        return refuse_amx(OPERATION, problem, TERMS, PRECISION);                        \
    }
#define DEFINE_ALGORITHM(name, TERMS, PRECISION)                                                     \
    DEFINE_BFLOAT16_OPERATIONS(name, TERMS)                                                          \
    DEFINE_REFUSE(name##_forward, CONVLAB_CONV2D_FORWARD, TERMS, PRECISION)                          \
    DEFINE_REFUSE(name##_backward_input, CONVLAB_CONV2D_BACKWARD_INPUT, TERMS, PRECISION)            \
    DEFINE_REFUSE(name##_backward_weight, CONVLAB_CONV2D_BACKWARD_WEIGHT, TERMS, PRECISION)
#define ALGORITHM(name, operation) \
    {#name, refuse_##name##_##operation, name##_##operation##_scratch, name##_##operation}
#define ALGORITHMS(operation) {ALGORITHM(bf16, operation), ALGORITHM(bf16x3, operation), ALGORITHM(bf16x6, operation)}

DEFINE_ALGORITHM(bf16, 1, CONVLAB_PRECISION_BFLOAT16)
DEFINE_ALGORITHM(bf16x3, 2, CONVLAB_PRECISION_FAST)
DEFINE_ALGORITHM(bf16x6, 3, CONVLAB_PRECISION_FLOAT32)

const struct convlab_conv2d_table CONVLAB_NAME(convlab_conv2d_table) = {
    {ALGORITHMS(forward), ALGORITHMS(backward_input), ALGORITHMS(backward_weight)}};

#endif
