/* All algorithms of one instruction set, as one table; the including file chose the target. */
#include <stddef.h>

#include "matrix.h"
#include "problem.h"
#include "spread_convolution.h"
#include "spread_weight.h"
#include "winograd_few.h"
#include "winograd_weight.h"
#include "woven_weight.h"

const struct convlab_conv2d_table CONVLAB_NAME(convlab_conv2d_table) = {{
    {{"winograd2_few", refuse_winograd2_few_forward, winograd2_few_forward_scratch, winograd2_few_forward},
     {"winograd4", refuse_winograd4_forward, winograd4_forward_scratch, winograd4_forward},
     {"winograd4_complex", refuse_winograd4_complex_forward, winograd4_complex_forward_scratch,
      winograd4_complex_forward},
     {"winograd2", refuse_winograd2_forward, winograd2_forward_scratch, winograd2_forward},
     {"winograd4_5", refuse_winograd4_5_forward, winograd4_5_forward_scratch, winograd4_5_forward},
     {"winograd4_complex_5", refuse_winograd4_complex_5_forward, winograd4_complex_5_forward_scratch,
      winograd4_complex_5_forward},
     {"matrix", refuse_matrix, matrix_forward_scratch, matrix_forward},
     {"spread", refuse_spread_forward, spread_forward_scratch, spread_forward},
     {"direct", refuse_double, direct_forward_scratch, direct_forward}},
    {{"winograd4", refuse_winograd4_backward_input, winograd4_backward_input_scratch, winograd4_backward_input},
     {"winograd4_complex", refuse_winograd4_complex_backward_input, winograd4_complex_backward_input_scratch,
      winograd4_complex_backward_input},
     {"winograd2", refuse_winograd2_backward_input, winograd2_backward_input_scratch, winograd2_backward_input},
     {"winograd4_5", refuse_winograd4_5_backward_input, winograd4_5_backward_input_scratch, winograd4_5_backward_input},
     {"winograd4_complex_5", refuse_winograd4_complex_5_backward_input, winograd4_complex_5_backward_input_scratch,
      winograd4_complex_5_backward_input},
     {"matrix", refuse_matrix, matrix_backward_input_scratch, matrix_backward_input},
     {"spread", refuse_spread_backward_input, spread_backward_input_scratch, spread_backward_input},
     {"direct", refuse_double, direct_backward_input_scratch, direct_backward_input}},
    {{"woven", refuse_not_woven, woven_backward_weight_scratch, woven_backward_weight},
     {"winograd4", refuse_winograd4_backward_weight, winograd4_backward_weight_scratch, winograd4_backward_weight},
     {"winograd4_complex", refuse_winograd4_complex_backward_weight, winograd4_complex_backward_weight_scratch,
      winograd4_complex_backward_weight},
     {"winograd2", refuse_winograd2_backward_weight, winograd2_backward_weight_scratch, winograd2_backward_weight},
     {"winograd4_5", refuse_winograd4_5_backward_weight, winograd4_5_backward_weight_scratch, winograd4_5_backward_weight},
     {"winograd4_complex_5", refuse_winograd4_complex_5_backward_weight, winograd4_complex_5_backward_weight_scratch,
      winograd4_complex_5_backward_weight},
     {"matrix", refuse_matrix, matrix_backward_weight_scratch, matrix_backward_weight},
     {"spread", refuse_spread_weight, spread_backward_weight_scratch, spread_backward_weight},
     {"direct", refuse_double, direct_backward_weight_scratch, direct_backward_weight}},
}};
