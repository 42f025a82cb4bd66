"""Pooling: geometry and arrays are checked by the caller."""

from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport int64_t

cimport numpy as cnp

from convlab.kernels import runtime
from convlab.kernels._runtime import team

include "exact.pxi"

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

ctypedef void (*pooling)(const convlab_pool_problem *, const void *, void *, int, int) noexcept nogil

cnp.import_array()
convlab_use_team(<convlab_team> PyCapsule_GetPointer(team, "convlab.team"))


cdef class PoolPlan:
    """Pooling of a fixed geometry, for any number of images; made by `pool_plan`.

    Arrays are contiguous, float32 or float64; x is (n, h, w, c), y is (n, oh, ow, c), or (n, c) where the
    mean of whole images is taken; gradients are like what they belong to, indices like y.
    """

    cdef convlab_pool_problem problem

    def __init__(self, image, window, stride, padding, output, int index_bytes, bint count_include_pad):
        self.problem.h, self.problem.w, self.problem.c = image
        self.problem.r, self.problem.s = window
        self.problem.stride_h, self.problem.stride_w = stride
        self.problem.pad_top, self.problem.pad_left = padding
        self.problem.oh, self.problem.ow = output
        self.problem.index_bytes = index_bytes
        self.problem.count_include_pad = count_include_pad

    def max_forward(self, x, y, indices):
        """Writes the maximum of every window to y, and its position to indices unless that is None."""
        cdef convlab_pool_problem p = self._for(x, "x")
        cdef void *source = self._image(&p, x, "x", False)
        cdef void *target = self._pooled(&p, y, "y", True)
        cdef void *positions = NULL if indices is None else self._indices(&p, indices, True)
        cdef int isa, threads
        isa, threads = runtime.selected()
        with nogil:
            convlab_max_pool_forward(&p, source, target, positions, isa, threads)

    def max_backward(self, grad, indices, dx):
        """Writes the gradient with respect to the image to dx."""
        cdef convlab_pool_problem p = self._for(grad, "grad")
        cdef void *source = self._pooled(&p, grad, "grad", False)
        cdef void *positions = self._indices(&p, indices, False)
        cdef void *target = self._image(&p, dx, "dx", True)
        cdef int isa, threads
        isa, threads = runtime.selected()
        with nogil:
            convlab_max_pool_backward(&p, source, positions, target, isa, threads)

    def avg_forward(self, x, y):
        """Writes the mean of every window to y."""
        self._forward(convlab_avg_pool_forward, x, y, False)

    def avg_backward(self, grad, dx):
        """Writes the gradient with respect to the image to dx."""
        self._backward(convlab_avg_pool_backward, grad, dx, False)

    def global_forward(self, x, y):
        """Writes the mean of every image and channel to y."""
        self._forward(convlab_global_pool_forward, x, y, True)

    def global_backward(self, grad, dx):
        """Writes the gradient with respect to the image to dx."""
        self._backward(convlab_global_pool_backward, grad, dx, True)

    cdef _forward(self, pooling run, x, y, bint whole_images):
        cdef convlab_pool_problem p = self._for(x, "x")
        cdef void *source = self._image(&p, x, "x", False)
        cdef void *target = self._pooled(&p, y, "y", True, whole_images)
        cdef int isa, threads
        isa, threads = runtime.selected()
        with nogil:
            run(&p, source, target, isa, threads)

    cdef _backward(self, pooling run, grad, dx, bint whole_images):
        cdef convlab_pool_problem p = self._for(grad, "grad")
        cdef void *source = self._pooled(&p, grad, "grad", False, whole_images)
        cdef void *target = self._image(&p, dx, "dx", True)
        cdef int isa, threads
        isa, threads = runtime.selected()
        with nogil:
            run(&p, source, target, isa, threads)

    cdef convlab_pool_problem _for(self, array, str name) except *:
        """The problem for the number of images and the dtype of an array."""
        cdef convlab_pool_problem p = self.problem
        p.is_double = float_kind(array, "PoolPlan", name) == cnp.NPY_DOUBLE
        p.n = len(array)
        return p

    cdef void *_image(self, const convlab_pool_problem *p, array, str name, bint output) except? NULL:
        return exact(array, "PoolPlan", name, _kind(p), p.n * p.h * p.w * p.c, output)

    cdef void *_pooled(self, const convlab_pool_problem *p, array, str name, bint output,
                       bint whole_images=False) except? NULL:
        cdef int64_t pixels = 1 if whole_images else p.oh * p.ow
        return exact(array, "PoolPlan", name, _kind(p), p.n * pixels * p.c, output)

    cdef void *_indices(self, const convlab_pool_problem *p, array, bint output) except? NULL:
        cdef int kind = cnp.NPY_UINT8 if p.index_bytes == 1 else cnp.NPY_INT32
        return exact(array, "PoolPlan", "indices", kind, p.n * p.oh * p.ow * p.c, output)


cdef int _kind(const convlab_pool_problem *p) noexcept:
    return cnp.NPY_DOUBLE if p.is_double else cnp.NPY_FLOAT
