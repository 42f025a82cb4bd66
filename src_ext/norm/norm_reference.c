/* The plain loops for float and for double. */
#include <math.h>

#include "norm.h"

#define ELEMENT float
#define NAMED(name) name##_float
#include "norm_reference_body.h"
#undef ELEMENT
#undef NAMED

#define ELEMENT double
#define NAMED(name) name##_double
#include "norm_reference_body.h"

void convlab_norm_forward_reference(const struct convlab_norm_arrays *a, int is_double) {
    is_double ? forward_double(a) : forward_float(a);
}

void convlab_norm_inference_reference(const struct convlab_norm_arrays *a, int is_double) {
    is_double ? inference_double(a) : inference_float(a);
}

void convlab_norm_backward_reference(const struct convlab_norm_arrays *a, int is_double) {
    is_double ? backward_double(a) : backward_float(a);
}
