"""Activations and image normalization: arrays are contiguous and checked by the caller."""

from cpython.pycapsule cimport (
    PyCapsule_CheckExact, PyCapsule_GetName, PyCapsule_GetPointer, PyCapsule_New)
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t, uintptr_t

cimport numpy as cnp

import numpy as np

from convlab.kernels import runtime
from convlab.kernels._runtime import team

include "exact.pxi"

cdef extern from "team.h" nogil:
    ctypedef void (*convlab_team)(int, int64_t, void *, void *)
    void convlab_use_team(convlab_team team)

cdef extern from "activation.h" nogil:
    ctypedef void (*convlab_activation_span)(const float *, float *, int64_t, const float *)
    int CONVLAB_ACTIVATION_COUNT
    const char *convlab_activation_name(int activation)
    const char *convlab_activation_saves(int activation)
    ctypedef void (*convlab_activation_gradient_span)(
        const float *, const float *, float *, int64_t, const float *)
    convlab_activation_span convlab_activation_span_of(int activation, int isa)
    ctypedef void (*convlab_activation_sloped_span)(
        const float *, float *, float *, int64_t, const float *)
    convlab_activation_gradient_span convlab_activation_gradient_span_of(int activation, int isa)
    convlab_activation_sloped_span convlab_activation_sloped_span_of(int activation, int isa)
    void convlab_activation_forward_double(
        int activation, const double *x, double *y, int64_t n, double parameter)
    void convlab_activation_backward_double(
        int activation, const double *saved, const double *grad, double *out, int64_t n, double parameter)
    void convlab_activation_slope_double(
        int activation, const double *saved, double *out, int64_t n, double parameter)
    void convlab_activation_forward(
        int activation, const float *x, float *y, int64_t n, float parameter, int isa, int threads)
    void convlab_activation_backward(
        int activation, const float *saved, const float *grad, float *out, int64_t n, float parameter,
        int isa, int threads)
    struct convlab_activation_spans:
        convlab_activation_span forward
        convlab_activation_gradient_span backward
        convlab_activation_sloped_span sloped
        const float *parameters
    void convlab_spans_forward(
        const convlab_activation_spans *spans, const float *a, const float *b, float *out, int64_t n, int isa,
        int threads)
    void convlab_spans_backward(
        const convlab_activation_spans *spans, const float *saved, const float *a, const float *b, float *out,
        int64_t n, int isa, int threads)
    void convlab_spans_sloped(
        const convlab_activation_spans *spans, const float *x, float *y, float *slope, int64_t n, int isa,
        int threads)
    void convlab_multiply(const float *a, const float *b, float *out, int64_t n, int isa, int threads)

cdef extern from "compiled_activation.h" nogil:
    void convlab_compiled_span(const float *x, float *y, int64_t n, const float *compiled)
    void convlab_compiled_gradient_span(
        const float *saved, const float *grad, float *out, int64_t n, const float *compiled)

cdef extern from "dropout.h" nogil:
    struct convlab_dropout_draw:
        pass
    convlab_dropout_draw convlab_dropout_draw_of(uint64_t key, uint32_t threshold, float scale)
    void convlab_dropout_double(
        const double *x, double *out, int64_t n, const convlab_dropout_draw *draw, double scale)
    void convlab_dropout(
        const float *x, float *out, int64_t n, const convlab_dropout_draw *draw, int isa, int threads)

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


cdef enum:
    COMPILED = -1  # in place of a number in the tables


cdef class ActivationPlan:
    """An activation with its parameters, checked once; made by `activation_plan`.

    Every method takes contiguous arrays of one size, float32 or float64, and writes to its last argument,
    which may be one of the others.
    """

    cdef int activation
    cdef double parameter
    cdef readonly str name, saves
    cdef readonly cnp.ndarray arguments

    def __init__(self, int activation, double parameter, str name, str saves):
        self.activation, self.parameter, self.name, self.saves = activation, parameter, name, saves
        self.arguments = np.array([parameter], np.float32)

    def spans(self, int isa):
        """Both ways as capsules for kernels that apply it themselves, which hand `arguments` to the spans."""
        cdef convlab_activation_spans spans = self._spans(isa)
        return (
            PyCapsule_New(<void *> spans.forward, "convlab.activation_span", NULL),
            PyCapsule_New(<void *> spans.backward, "convlab.activation_gradient_span", NULL))

    def forward(self, x, out):
        """out = phi(x)."""
        self._run(None, x, None, out)

    def sum_forward(self, a, b, out):
        """out = phi(a + b), in one pass."""
        self._run(None, a, b, out)

    def backward(self, saved, grad, out):
        """out = grad * phi'(saved), with saved the input or output of phi as `saves` says."""
        self._run(saved, grad, None, out)

    def sum_backward(self, saved, a, b, out):
        """out = (a + b) * phi'(saved), in one pass."""
        self._run(saved, a, b, out)

    def sloped_forward(self, x, out, slope):
        """out = phi(x) and slope = phi'(x), in one pass, if phi saves its input; slope may be x, out not."""
        cdef int kind = float_kind(x, "ActivationPlan", "x")
        cdef int64_t n = cnp.PyArray_SIZE(<cnp.ndarray> x)
        cdef void *source = exact(x, "ActivationPlan", "x", kind, n, False)
        cdef void *target = exact(out, "ActivationPlan", "out", kind, n, True)
        cdef void *sloped = exact(slope, "ActivationPlan", "slope", kind, n, True)
        cdef bint is_double = kind == cnp.NPY_DOUBLE
        cdef int isa, threads
        cdef int activation = self.activation
        cdef double parameter = self.parameter
        cdef convlab_activation_spans spans
        if self.saves == "output":
            raise ShapeError(
                f"ActivationPlan: {self.name} saves its output, of which backward makes the slope")
        if target == source or target == sloped:
            raise ShapeError("ActivationPlan: out must be an array of its own, neither x nor slope")
        self._refuse_compiled_double(is_double)
        isa, threads = runtime.selected()
        spans = self._spans(isa)
        with nogil:
            if is_double:
                convlab_activation_forward_double(
                    activation, <double *> source, <double *> target, n, parameter)
                convlab_activation_slope_double(
                    activation, <double *> source, <double *> sloped, n, parameter)
            else:
                convlab_spans_sloped(
                    &spans, <float *> source, <float *> target, <float *> sloped, n, isa, threads)

    def sloped_backward(self, slope, grad, out):
        """out = slope * grad, the way back from `sloped_forward`."""
        cdef int kind = float_kind(grad, "ActivationPlan", "grad")
        cdef int64_t n = cnp.PyArray_SIZE(<cnp.ndarray> grad)
        cdef void *source = exact(grad, "ActivationPlan", "grad", kind, n, False)
        cdef void *factor = exact(slope, "ActivationPlan", "slope", kind, n, False)
        cdef void *target = exact(out, "ActivationPlan", "out", kind, n, True)
        cdef bint is_double = kind == cnp.NPY_DOUBLE
        cdef int isa, threads
        isa, threads = runtime.selected()
        with nogil:
            if is_double:
                _multiply_doubles(<double *> factor, <double *> source, <double *> target, n)
            else:
                convlab_multiply(<float *> factor, <float *> source, <float *> target, n, isa, threads)

    cdef _refuse_compiled_double(self, bint is_double):
        if is_double and self.activation == COMPILED:
            raise ShapeError(f"ActivationPlan: {self.name} is compiled for float32, got float64 arrays")

    cdef convlab_activation_spans _spans(self, int isa) noexcept:
        cdef convlab_activation_spans spans
        spans.forward = convlab_activation_span_of(self.activation, isa)
        spans.backward = convlab_activation_gradient_span_of(self.activation, isa)
        spans.sloped = convlab_activation_sloped_span_of(self.activation, isa)
        spans.parameters = <const float *> cnp.PyArray_DATA(self.arguments)
        return spans

    cdef _run(self, saved, a, b, out):
        cdef int kind = float_kind(a, "ActivationPlan", "the first array")
        cdef int64_t n = cnp.PyArray_SIZE(<cnp.ndarray> a)
        cdef void *source = exact(a, "ActivationPlan", "the first array", kind, n, False)
        cdef void *addend = NULL if b is None else exact(b, "ActivationPlan", "b", kind, n, False)
        cdef void *kept = NULL if saved is None else exact(saved, "ActivationPlan", "saved", kind, n, False)
        cdef void *target = exact(out, "ActivationPlan", "out", kind, n, True)
        cdef int isa, threads
        cdef int activation = self.activation
        cdef double parameter = self.parameter
        cdef bint is_back = saved is not None, is_double = kind == cnp.NPY_DOUBLE
        cdef convlab_activation_spans spans
        self._refuse_compiled_double(is_double)
        isa, threads = runtime.selected()
        spans = self._spans(isa)
        with nogil:
            if is_double and addend != NULL:
                _add_doubles(<double *> source, <double *> addend, <double *> target, n)
                source = target
            if is_double and is_back:
                convlab_activation_backward_double(
                    activation, <double *> kept, <double *> source, <double *> target, n, parameter)
            elif is_double:
                convlab_activation_forward_double(
                    activation, <double *> source, <double *> target, n, parameter)
            elif is_back:
                convlab_spans_backward(
                    &spans, <float *> kept, <float *> source, <float *> addend, <float *> target, n, isa,
                    threads)
            else:
                convlab_spans_forward(
                    &spans, <float *> source, <float *> addend, <float *> target, n, isa, threads)


cdef class CompiledActivationPlan(ActivationPlan):
    """An activation of compiled functions of its author; made by `compiled_activation_plan`.

    It takes float32 arrays only.
    """

    cdef cnp.ndarray parameters
    cdef object owners

    def __init__(self, uintptr_t value, uintptr_t derivative, cnp.ndarray parameters not None, str name,
                 str saves, owners):
        self.activation, self.name, self.saves = COMPILED, name, saves
        self.parameters, self.owners = parameters, owners  # both outlive the plan
        # struct convlab_compiled_activation
        self.arguments = np.array([value, derivative, parameters.ctypes.data], np.uintp)

    cdef convlab_activation_spans _spans(self, int isa) noexcept:
        cdef convlab_activation_spans spans
        spans.forward, spans.backward = convlab_compiled_span, convlab_compiled_gradient_span
        spans.sloped = NULL
        spans.parameters = <const float *> cnp.PyArray_DATA(self.arguments)
        return spans


def capsule_address(given):
    """The pointer in a capsule of any name, as a number; None if it is no capsule."""
    if not PyCapsule_CheckExact(given):
        return None
    return <uintptr_t> PyCapsule_GetPointer(given, PyCapsule_GetName(given))


cdef void _add_doubles(const double *a, const double *b, double *out, int64_t n) noexcept nogil:
    cdef int64_t i
    for i in range(n):
        out[i] = a[i] + b[i]


cdef void _multiply_doubles(const double *a, const double *b, double *out, int64_t n) noexcept nogil:
    cdef int64_t i
    for i in range(n):
        out[i] = a[i] * b[i]


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


def dropout(x, uint64_t key, uint32_t threshold, double scale, out):
    """Writes x * scale to out where the hash of the position is at least the threshold, else 0."""
    cdef int kind = float_kind(x, "dropout", "x")
    cdef int64_t n = cnp.PyArray_SIZE(<cnp.ndarray> x)
    cdef void *source = exact(x, "dropout", "x", kind, n, False)
    cdef void *target = exact(out, "dropout", "out", kind, n, True)
    cdef convlab_dropout_draw draw = convlab_dropout_draw_of(key, threshold, <float> scale)
    cdef int isa, threads
    isa, threads = runtime.selected()
    with nogil:
        if kind == cnp.NPY_DOUBLE:
            convlab_dropout_double(<double *> source, <double *> target, n, &draw, scale)
        else:
            convlab_dropout(<float *> source, <float *> target, n, &draw, isa, threads)


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
