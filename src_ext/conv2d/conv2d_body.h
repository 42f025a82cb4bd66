/* All algorithms of one instruction set, as one table; the including file chose the target. */
#include <stddef.h>

#include "backward_weight.h"
#include "depthwise_weight.h"
#include "direct.h"
#include "problem.h"
#include "winograd.h"
#include "winograd_weight.h"

const struct convlab_conv2d_table CONVLAB_NAME(convlab_conv2d_table) = {{
    {{"winograd", refuse_winograd_forward, winograd_forward_scratch, winograd_forward},
     {"direct", refuse_double, direct_forward_scratch, direct_forward}},
    {{"winograd", refuse_winograd_backward_input, winograd_backward_input_scratch, winograd_backward_input},
     {"direct", refuse_double, direct_backward_input_scratch, direct_backward_input}},
    {{"depthwise", refuse_not_depthwise, depthwise_backward_weight_scratch, depthwise_backward_weight},
     {"winograd", refuse_winograd_backward_weight, winograd_backward_weight_scratch, winograd_backward_weight},
     {"direct", refuse_double, direct_backward_weight_scratch, direct_backward_weight}},
}};
