"""Activations and image normalization: arrays are contiguous and checked by the caller."""

from cpython.pycapsule cimport PyCapsule_GetPointer, PyCapsule_New
from libc.stdint cimport int64_t, uint8_t

cimport numpy as cnp

from convlab.kernels._runtime import team

cdef extern from "team.h" nogil:
    ctypedef void (*convlab_team)(int, int64_t, void *, void *)
    void convlab_use_team(convlab_team team)

cdef extern from "activation.h" nogil:
    ctypedef void (*convlab_activation_span)(const float *, float *, int64_t, const float *)
    int CONVLAB_ACTIVATION_COUNT
    const char *convlab_activation_name(int activation)
    const char *convlab_activation_saves(int activation)
    convlab_activation_span convlab_activation_span_of(int activation, int isa)
    void convlab_activation_forward_double(
        int activation, const double *x, double *y, int64_t n, double parameter)
    void convlab_activation_backward_double(
        int activation, const double *saved, const double *grad, double *out, int64_t n, double parameter)
    void convlab_activation_forward(
        int activation, const float *x, float *y, int64_t n, float parameter, int isa, int threads)
    void convlab_activation_backward(
        int activation, const float *saved, const float *grad, float *out, int64_t n, float parameter,
        int isa, int threads)

cdef extern from "images.h" nogil:
    int64_t convlab_first_outside(const int64_t *values, int64_t n, int64_t limit)
    void convlab_normalize_images(
        const uint8_t *images, const int64_t *indices, int64_t count, int64_t size, const float *scale,
        const float *shift, int64_t period, float *out, int isa, int threads)

cnp.import_array()
convlab_use_team(<convlab_team> PyCapsule_GetPointer(team, "convlab.team"))

ACTIVATIONS = {
    convlab_activation_name(number).decode(): convlab_activation_saves(number).decode()
    for number in range(CONVLAB_ACTIVATION_COUNT)
}


def span_capsule(int activation, int isa):
    """The span of an activation as a capsule, for kernels that apply it themselves."""
    cdef convlab_activation_span span = convlab_activation_span_of(activation, isa)
    return PyCapsule_New(<void *> span, "convlab.activation_span", NULL)


def activation_forward(
    int activation, cnp.ndarray x not None, cnp.ndarray out not None, double parameter, int isa, int threads
):
    """Writes phi(x) to out."""
    cdef int64_t n = cnp.PyArray_SIZE(x)
    cdef void *source = cnp.PyArray_DATA(x)
    cdef void *target = cnp.PyArray_DATA(out)
    cdef bint is_double = cnp.PyArray_TYPE(x) == cnp.NPY_FLOAT64
    with nogil:
        if is_double:
            convlab_activation_forward_double(activation, <double *> source, <double *> target, n, parameter)
        else:
            convlab_activation_forward(
                activation, <float *> source, <float *> target, n, <float> parameter, isa, threads)


def activation_backward(
    int activation, cnp.ndarray saved not None, cnp.ndarray grad not None, cnp.ndarray out not None,
    double parameter, int isa, int threads
):
    """Writes grad * phi'(saved) to out."""
    cdef int64_t n = cnp.PyArray_SIZE(saved)
    cdef void *s = cnp.PyArray_DATA(saved)
    cdef void *g = cnp.PyArray_DATA(grad)
    cdef void *target = cnp.PyArray_DATA(out)
    cdef bint is_double = cnp.PyArray_TYPE(saved) == cnp.NPY_FLOAT64
    with nogil:
        if is_double:
            convlab_activation_backward_double(
                activation, <double *> s, <double *> g, <double *> target, n, parameter)
        else:
            convlab_activation_backward(
                activation, <float *> s, <float *> g, <float *> target, n, <float> parameter, isa, threads)


def first_outside(cnp.ndarray values not None, int64_t limit):
    """The position of the first int64 value outside 0 <= value < limit, or -1."""
    return convlab_first_outside(<int64_t *> cnp.PyArray_DATA(values), cnp.PyArray_SIZE(values), limit)


def normalize_images(
    cnp.ndarray images not None, cnp.ndarray indices not None, int64_t size, cnp.ndarray scale not None,
    cnp.ndarray shift not None, cnp.ndarray out not None, int isa, int threads
):
    """Writes images[indices] * scale + shift to out; scale and shift are repeated over `size` values."""
    cdef int64_t count = cnp.PyArray_SIZE(indices)
    cdef int64_t period = cnp.PyArray_SIZE(scale)
    cdef uint8_t *source = <uint8_t *> cnp.PyArray_DATA(images)
    cdef int64_t *chosen = <int64_t *> cnp.PyArray_DATA(indices)
    cdef float *factors = <float *> cnp.PyArray_DATA(scale)
    cdef float *terms = <float *> cnp.PyArray_DATA(shift)
    cdef float *target = <float *> cnp.PyArray_DATA(out)
    with nogil:
        convlab_normalize_images(
            source, chosen, count, size, factors, terms, period, target, isa, threads)
