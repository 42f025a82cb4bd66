/* Which algorithm does an operation with an instruction set. */
#ifndef CONVLAB_DISPATCH_H
#define CONVLAB_DISPATCH_H

#include "isa.h"
#include "problem.h"

/* Candidate number `index` for an operation: first those of the instruction set, fastest first, then those of what
 * it extends, last the reference; NULL behind the last. */
const struct convlab_conv2d_algorithm *convlab_conv2d_candidate(int operation, int isa, int index);

/* The first candidate that does not refuse. */
const struct convlab_conv2d_algorithm *convlab_conv2d_choose(int operation, int isa,
                                                             const struct convlab_conv2d_problem *problem);

#endif
