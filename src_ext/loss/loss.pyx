"""Losses with their gradients: arrays are contiguous and checked by the caller."""

from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport int64_t

cimport numpy as cnp

from convlab.kernels._runtime import team

cdef extern from "team.h" nogil:
    ctypedef void (*convlab_team)(int, int64_t, void *, void *)
    void convlab_use_team(convlab_team team)

cdef extern from "loss.h" nogil:
    int CONVLAB_LOSS_BLOCK
    void convlab_softmax_double(const double *logits, int64_t n, int64_t c, double *out)
    double convlab_softmax_cross_entropy_double(
        const double *logits, const int64_t *labels, int64_t n, int64_t c, double smoothing, double *grad)
    double convlab_squared_error_double(
        const double *prediction, const double *target, int64_t count, double *grad)
    void convlab_softmax(const float *logits, int64_t n, int64_t c, float *out, int isa, int threads)
    double convlab_softmax_cross_entropy(
        const float *logits, const int64_t *labels, int64_t n, int64_t c, double smoothing, float *grad,
        double *row_losses, int isa, int threads)
    double convlab_squared_error(
        const float *prediction, const float *target, int64_t count, float *grad, double *block_sums,
        int isa, int threads)

cnp.import_array()
convlab_use_team(<convlab_team> PyCapsule_GetPointer(team, "convlab.team"))

BLOCK = CONVLAB_LOSS_BLOCK


def softmax(cnp.ndarray logits not None, int64_t c, cnp.ndarray out not None, int isa, int threads):
    """Writes the softmax of every row of c logits to out."""
    cdef int64_t n = cnp.PyArray_SIZE(logits) // c
    cdef void *source = cnp.PyArray_DATA(logits)
    cdef void *target = cnp.PyArray_DATA(out)
    cdef bint is_double = cnp.PyArray_TYPE(logits) == cnp.NPY_FLOAT64
    with nogil:
        if is_double:
            convlab_softmax_double(<double *> source, n, c, <double *> target)
        else:
            convlab_softmax(<float *> source, n, c, <float *> target, isa, threads)


def softmax_cross_entropy(
    cnp.ndarray logits not None, cnp.ndarray labels not None, double smoothing, cnp.ndarray grad not None,
    cnp.ndarray row_losses not None, int isa, int threads
):
    """Returns the mean loss and writes its gradient to grad."""
    cdef int64_t n = cnp.PyArray_DIM(logits, 0), c = cnp.PyArray_DIM(logits, 1)
    cdef const int64_t *classes = <const int64_t *> cnp.PyArray_DATA(labels)
    cdef void *source = cnp.PyArray_DATA(logits)
    cdef void *target = cnp.PyArray_DATA(grad)
    cdef double *losses = <double *> cnp.PyArray_DATA(row_losses)
    cdef bint is_double = cnp.PyArray_TYPE(logits) == cnp.NPY_FLOAT64
    cdef double loss
    with nogil:
        if is_double:
            loss = convlab_softmax_cross_entropy_double(
                <double *> source, classes, n, c, smoothing, <double *> target)
        else:
            loss = convlab_softmax_cross_entropy(
                <float *> source, classes, n, c, smoothing, <float *> target, losses, isa, threads)
    return loss


def squared_error(
    cnp.ndarray prediction not None, cnp.ndarray target not None, cnp.ndarray grad not None,
    cnp.ndarray block_sums not None, int isa, int threads
):
    """Returns the mean squared error and writes its gradient to grad."""
    cdef int64_t count = cnp.PyArray_SIZE(prediction)
    cdef void *p = cnp.PyArray_DATA(prediction)
    cdef void *t = cnp.PyArray_DATA(target)
    cdef void *g = cnp.PyArray_DATA(grad)
    cdef double *sums = <double *> cnp.PyArray_DATA(block_sums)
    cdef bint is_double = cnp.PyArray_TYPE(prediction) == cnp.NPY_FLOAT64
    cdef double loss
    with nogil:
        if is_double:
            loss = convlab_squared_error_double(<double *> p, <double *> t, count, <double *> g)
        else:
            loss = convlab_squared_error(<float *> p, <float *> t, count, <float *> g, sums, isa, threads)
    return loss
