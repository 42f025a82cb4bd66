/* All algorithms of one instruction set, as one table; the including file chose the target. */
#include <stddef.h>

#include "matrix.h"
#include "problem.h"
#include "spread_convolution.h"
#include "spread_weight.h"
#include "winograd_weight.h"
#include "woven_weight.h"

const struct convlab_conv2d_table CONVLAB_NAME(convlab_conv2d_table) = {{
    {{"winograd4", refuse_winograd_forward_4, winograd_forward_scratch_4, winograd_forward_4},
     {"winograd2", refuse_winograd_forward_2, winograd_forward_scratch_2, winograd_forward_2},
     {"matrix", refuse_matrix, matrix_forward_scratch, matrix_forward},
     {"spread", refuse_spread_forward, spread_forward_scratch, spread_forward},
     {"direct", refuse_double, direct_forward_scratch, direct_forward}},
    {{"winograd4", refuse_winograd_backward_input_4, winograd_backward_input_scratch_4, winograd_backward_input_4},
     {"winograd2", refuse_winograd_backward_input_2, winograd_backward_input_scratch_2, winograd_backward_input_2},
     {"matrix", refuse_matrix, matrix_backward_input_scratch, matrix_backward_input},
     {"spread", refuse_spread_backward_input, spread_backward_input_scratch, spread_backward_input},
     {"direct", refuse_double, direct_backward_input_scratch, direct_backward_input}},
    {{"woven", refuse_not_woven, woven_backward_weight_scratch, woven_backward_weight},
     {"winograd4", refuse_winograd_backward_weight_4, winograd_backward_weight_scratch_4, winograd_backward_weight_4},
     {"winograd2", refuse_winograd_backward_weight_2, winograd_backward_weight_scratch_2, winograd_backward_weight_2},
     {"matrix", refuse_matrix, matrix_backward_weight_scratch, matrix_backward_weight},
     {"spread", refuse_spread_weight, spread_backward_weight_scratch, spread_backward_weight},
     {"direct", refuse_double, direct_backward_weight_scratch, direct_backward_weight}},
}};
