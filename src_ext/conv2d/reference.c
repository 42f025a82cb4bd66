/* The oracle for float and double as a table of its own: refuses nothing, needs no scratch memory. */
#include <stddef.h>

#include "problem.h"

#define ELEMENT float
#define NAMED(name) name##_float
#include "reference_body.h"
#undef ELEMENT
#undef NAMED

#define ELEMENT double
#define NAMED(name) name##_double
#include "reference_body.h"
#undef ELEMENT
#undef NAMED

static const char *refuse_nothing(const struct convlab_conv2d_problem *problem) {
    (void)problem;
    return NULL;
}

static int64_t no_scratch(const struct convlab_conv2d_problem *problem, int threads) {
    (void)problem, (void)threads;
    return 0;
}

#define FOR_BOTH_TYPES(operation)                                                                          \
    static void operation(const struct convlab_conv2d_problem *problem,                                    \
                          const struct convlab_conv2d_arguments *arguments, int threads, void *scratch) { \
        if (problem->is_double) {                                                                          \
            operation##_double(problem, arguments, threads, scratch);                                      \
        } else {                                                                                           \
            operation##_float(problem, arguments, threads, scratch);                                       \
        }                                                                                                  \
    }

FOR_BOTH_TYPES(forward)
FOR_BOTH_TYPES(backward_input)
FOR_BOTH_TYPES(backward_weight)

const struct convlab_conv2d_table convlab_conv2d_table__reference = {{
    {{"reference", refuse_nothing, no_scratch, forward}},
    {{"reference", refuse_nothing, no_scratch, backward_input}},
    {{"reference", refuse_nothing, no_scratch, backward_weight}},
}};
