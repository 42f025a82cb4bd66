"""Batch normalization: arrays are contiguous and checked by the caller, (m, c) and (c,)."""

from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport int64_t

cimport numpy as cnp

from convlab.kernels._runtime import team

cdef extern from "team.h" nogil:
    ctypedef void (*convlab_team)(int, int64_t, void *, void *)
    void convlab_use_team(convlab_team team)

cdef extern from "norm.h" nogil:
    struct convlab_norm_arrays:
        int64_t m, c
        double epsilon
        const void *x
        const void *grad
        const void *scale
        const void *shift
        void *mean
        void *inverse_std
        void *out
        void *dscale
        void *dshift
    int64_t convlab_norm_workspace(int64_t m, int64_t c)
    void convlab_norm_forward(
        const convlab_norm_arrays *a, int is_double, double *workspace, int isa, int threads)
    void convlab_norm_inference(
        const convlab_norm_arrays *a, int is_double, double *workspace, int isa, int threads)
    void convlab_norm_backward(
        const convlab_norm_arrays *a, int is_double, double *workspace, int isa, int threads)

cnp.import_array()
convlab_use_team(<convlab_team> PyCapsule_GetPointer(team, "convlab.team"))


def workspace_doubles(int64_t m, int64_t c):
    """How many doubles of workspace the other functions need."""
    return convlab_norm_workspace(m, c)


cdef convlab_norm_arrays arrays_of(cnp.ndarray x, cnp.ndarray scale, cnp.ndarray out):
    cdef convlab_norm_arrays a
    a.c = cnp.PyArray_SIZE(scale)
    a.m = cnp.PyArray_SIZE(x) // a.c
    a.epsilon = 0
    a.x = cnp.PyArray_DATA(x)
    a.scale = cnp.PyArray_DATA(scale)
    a.out = cnp.PyArray_DATA(out)
    a.grad = a.shift = a.mean = a.inverse_std = a.dscale = a.dshift = NULL
    return a


cdef int is_double(cnp.ndarray x):
    return cnp.PyArray_TYPE(x) == cnp.NPY_FLOAT64


def forward(
    cnp.ndarray x not None, cnp.ndarray scale not None, cnp.ndarray shift not None, double epsilon,
    cnp.ndarray y not None, cnp.ndarray mean not None, cnp.ndarray inverse_std not None,
    cnp.ndarray workspace not None, int isa, int threads
):
    """Writes the normalized x to y, with the statistics that it used."""
    cdef convlab_norm_arrays a = arrays_of(x, scale, y)
    cdef double *memory = <double *> cnp.PyArray_DATA(workspace)
    cdef int double_arrays = is_double(x)
    a.epsilon = epsilon
    a.shift = cnp.PyArray_DATA(shift)
    a.mean = cnp.PyArray_DATA(mean)
    a.inverse_std = cnp.PyArray_DATA(inverse_std)
    with nogil:
        convlab_norm_forward(&a, double_arrays, memory, isa, threads)


def inference(
    cnp.ndarray x not None, cnp.ndarray scale not None, cnp.ndarray shift not None, cnp.ndarray mean not None,
    cnp.ndarray inverse_std not None, cnp.ndarray y not None, cnp.ndarray workspace not None, int isa,
    int threads
):
    """Writes x normalized by the given statistics to y."""
    cdef convlab_norm_arrays a = arrays_of(x, scale, y)
    cdef double *memory = <double *> cnp.PyArray_DATA(workspace)
    cdef int double_arrays = is_double(x)
    a.shift = cnp.PyArray_DATA(shift)
    a.mean = cnp.PyArray_DATA(mean)
    a.inverse_std = cnp.PyArray_DATA(inverse_std)
    with nogil:
        convlab_norm_inference(&a, double_arrays, memory, isa, threads)


def backward(
    cnp.ndarray x not None, cnp.ndarray grad not None, cnp.ndarray scale not None, cnp.ndarray mean not None,
    cnp.ndarray inverse_std not None, cnp.ndarray dx not None, cnp.ndarray dscale not None,
    cnp.ndarray dshift not None, cnp.ndarray workspace not None, int isa, int threads
):
    """Writes the gradients with respect to x, scale and shift."""
    cdef convlab_norm_arrays a = arrays_of(x, scale, dx)
    cdef double *memory = <double *> cnp.PyArray_DATA(workspace)
    cdef int double_arrays = is_double(x)
    a.grad = cnp.PyArray_DATA(grad)
    a.mean = cnp.PyArray_DATA(mean)
    a.inverse_std = cnp.PyArray_DATA(inverse_std)
    a.dscale = cnp.PyArray_DATA(dscale)
    a.dshift = cnp.PyArray_DATA(dshift)
    with nogil:
        convlab_norm_backward(&a, double_arrays, memory, isa, threads)
