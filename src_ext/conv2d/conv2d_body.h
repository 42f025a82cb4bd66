/* All algorithms of one instruction set, as one table; the including file chose the target. */
#include <stddef.h>

#include "backward_weight.h"
#include "depthwise_weight.h"
#include "direct.h"
#include "problem.h"

const struct convlab_conv2d_table CONVLAB_NAME(convlab_conv2d_table) = {{
    {{"direct", refuse_double, direct_forward_scratch, direct_forward}},
    {{"direct", refuse_double, direct_backward_input_scratch, direct_backward_input}},
    {{"depthwise", refuse_not_depthwise, depthwise_backward_weight_scratch, depthwise_backward_weight},
     {"direct", refuse_double, direct_backward_weight_scratch, direct_backward_weight}},
}};
