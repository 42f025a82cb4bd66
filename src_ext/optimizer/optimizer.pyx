"""Optimizer updates over flat buffers: arrays are contiguous and checked by the caller."""

from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport int64_t

cimport numpy as cnp

from convlab.kernels._runtime import team

cdef extern from "team.h" nogil:
    ctypedef void (*convlab_team)(int, int64_t, void *, void *)
    void convlab_use_team(convlab_team team)

cdef extern from "optimizer.h" nogil:
    int CONVLAB_OPTIMIZER_COUNT
    int CONVLAB_OPTIMIZER_STATES
    int CONVLAB_OPTIMIZER_BLOCK
    struct convlab_optimizer_settings:
        double rate
        double weight_decay
        double shrink
        double keep
        double keep_square
        double correction
        double epsilon
    struct convlab_optimizer_arrays:
        void *values
        const void *gradients
        void *states[3]
    const char *convlab_optimizer_rule(int rule)
    void convlab_optimizer_update(
        int rule, const convlab_optimizer_arrays *arrays, int64_t n, int64_t decayed,
        const convlab_optimizer_settings *settings, bint is_double, int isa, int threads)
    double convlab_sum_of_squares_double(const double *x, int64_t n)
    double convlab_sum_of_squares(const float *x, int64_t n, double *block_sums, int isa, int threads)

cnp.import_array()
convlab_use_team(<convlab_team> PyCapsule_GetPointer(team, "convlab.team"))

BLOCK = CONVLAB_OPTIMIZER_BLOCK
RULES = {convlab_optimizer_rule(rule).decode(): rule for rule in range(CONVLAB_OPTIMIZER_COUNT)}


def update(
    int rule, cnp.ndarray values not None, cnp.ndarray gradients not None, tuple states not None,
    int64_t decayed, double rate, double weight_decay, double shrink, double keep, double keep_square,
    double correction, double epsilon, int isa, int threads
):
    """One step of a rule, on values and states in place; see optimizer.h for the formulas."""
    cdef int64_t n = cnp.PyArray_SIZE(values)
    cdef convlab_optimizer_settings settings = convlab_optimizer_settings(
        rate, weight_decay, shrink, keep, keep_square, correction, epsilon)
    cdef convlab_optimizer_arrays arrays
    cdef bint is_double = cnp.PyArray_TYPE(values) == cnp.NPY_FLOAT64
    cdef int k
    arrays.values = cnp.PyArray_DATA(values)
    arrays.gradients = cnp.PyArray_DATA(gradients)
    for k in range(CONVLAB_OPTIMIZER_STATES):
        arrays.states[k] = cnp.PyArray_DATA(<cnp.ndarray?> states[k]) if k < len(states) else NULL
    with nogil:
        convlab_optimizer_update(rule, &arrays, n, decayed, &settings, is_double, isa, threads)


def sum_of_squares(cnp.ndarray x not None, cnp.ndarray block_sums not None, int isa, int threads):
    """Returns the sum of the squares of all elements."""
    cdef int64_t n = cnp.PyArray_SIZE(x)
    cdef void *source = cnp.PyArray_DATA(x)
    cdef double *sums = <double *> cnp.PyArray_DATA(block_sums)
    cdef bint is_double = cnp.PyArray_TYPE(x) == cnp.NPY_FLOAT64
    cdef double total
    with nogil:
        if is_double:
            total = convlab_sum_of_squares_double(<double *> source, n)
        else:
            total = convlab_sum_of_squares(<float *> source, n, sums, isa, threads)
    return total
