"""Pooling: geometry and arrays are checked by the caller."""

from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport int64_t

cimport numpy as cnp

from convlab.kernels._runtime import team

cdef extern from "team.h" nogil:
    ctypedef void (*convlab_team)(int, int64_t, void *, void *)
    void convlab_use_team(convlab_team team)

cdef extern from "pool.h" nogil:
    struct convlab_pool_problem:
        int64_t n, h, w, c, r, s, stride_h, stride_w, pad_top, pad_left, oh, ow
        int64_t index_bytes, count_include_pad, is_double
    void convlab_max_pool_forward(
        const convlab_pool_problem *p, const void *x, void *y, void *indices, int isa, int threads)
    void convlab_max_pool_backward(
        const convlab_pool_problem *p, const void *grad, const void *indices, void *dx, int isa, int threads)
    void convlab_avg_pool_forward(
        const convlab_pool_problem *p, const void *x, void *y, int isa, int threads)
    void convlab_avg_pool_backward(
        const convlab_pool_problem *p, const void *grad, void *dx, int isa, int threads)
    void convlab_global_pool_forward(
        const convlab_pool_problem *p, const void *x, void *y, int isa, int threads)
    void convlab_global_pool_backward(
        const convlab_pool_problem *p, const void *grad, void *dx, int isa, int threads)

cnp.import_array()
convlab_use_team(<convlab_team> PyCapsule_GetPointer(team, "convlab.team"))


cdef class Problem:
    """A pooling geometry; the number of images is that of the arrays."""

    cdef convlab_pool_problem c

    def __cinit__(self, image, window, stride, padding, output, int index_bytes, bint count_include_pad):
        self.c.h, self.c.w, self.c.c = image
        self.c.r, self.c.s = window
        self.c.stride_h, self.c.stride_w = stride
        self.c.pad_top, self.c.pad_left = padding
        self.c.oh, self.c.ow = output
        self.c.index_bytes = index_bytes
        self.c.count_include_pad = count_include_pad

    cdef convlab_pool_problem for_array(self, cnp.ndarray array):
        cdef convlab_pool_problem problem = self.c
        problem.n = cnp.PyArray_DIM(array, 0)
        problem.is_double = cnp.PyArray_TYPE(array) == cnp.NPY_FLOAT64
        return problem


cdef void *data_or_null(array):
    return NULL if array is None else cnp.PyArray_DATA(<cnp.ndarray> array)


def max_forward(Problem problem not None, cnp.ndarray x not None, cnp.ndarray y not None, indices, int isa,
                int threads):
    """Writes the maximum of every window to y, and its position to indices unless that is None."""
    cdef convlab_pool_problem p = problem.for_array(x)
    cdef void *source = cnp.PyArray_DATA(x)
    cdef void *target = cnp.PyArray_DATA(y)
    cdef void *positions = data_or_null(indices)
    with nogil:
        convlab_max_pool_forward(&p, source, target, positions, isa, threads)


def max_backward(Problem problem not None, cnp.ndarray grad not None, cnp.ndarray indices not None,
                 cnp.ndarray dx not None, int isa, int threads):
    """Writes the gradient with respect to the image to dx."""
    cdef convlab_pool_problem p = problem.for_array(grad)
    cdef void *source = cnp.PyArray_DATA(grad)
    cdef void *positions = cnp.PyArray_DATA(indices)
    cdef void *target = cnp.PyArray_DATA(dx)
    with nogil:
        convlab_max_pool_backward(&p, source, positions, target, isa, threads)


def avg_forward(Problem problem not None, cnp.ndarray x not None, cnp.ndarray y not None, int isa,
                int threads):
    """Writes the mean of every window to y."""
    cdef convlab_pool_problem p = problem.for_array(x)
    cdef void *source = cnp.PyArray_DATA(x)
    cdef void *target = cnp.PyArray_DATA(y)
    with nogil:
        convlab_avg_pool_forward(&p, source, target, isa, threads)


def avg_backward(Problem problem not None, cnp.ndarray grad not None, cnp.ndarray dx not None, int isa,
                 int threads):
    """Writes the gradient with respect to the image to dx."""
    cdef convlab_pool_problem p = problem.for_array(grad)
    cdef void *source = cnp.PyArray_DATA(grad)
    cdef void *target = cnp.PyArray_DATA(dx)
    with nogil:
        convlab_avg_pool_backward(&p, source, target, isa, threads)


def global_forward(Problem problem not None, cnp.ndarray x not None, cnp.ndarray y not None, int isa,
                   int threads):
    """Writes the mean of every image and channel to y."""
    cdef convlab_pool_problem p = problem.for_array(x)
    cdef void *source = cnp.PyArray_DATA(x)
    cdef void *target = cnp.PyArray_DATA(y)
    with nogil:
        convlab_global_pool_forward(&p, source, target, isa, threads)


def global_backward(Problem problem not None, cnp.ndarray grad not None, cnp.ndarray dx not None, int isa,
                    int threads):
    """Writes the gradient with respect to the image to dx."""
    cdef convlab_pool_problem p = problem.for_array(grad)
    cdef void *source = cnp.PyArray_DATA(grad)
    cdef void *target = cnp.PyArray_DATA(dx)
    with nogil:
        convlab_global_pool_backward(&p, source, target, isa, threads)
