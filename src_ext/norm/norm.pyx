"""Batch normalization: arrays are contiguous and checked by the caller, (m, c) and (c,)."""

from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.math cimport sqrt
from libc.stdint cimport int64_t
from libc.string cimport memset

cimport numpy as cnp

import numpy as np

from convlab.kernels import runtime
from convlab.kernels import arguments as checks
from convlab.kernels._runtime import team

include "exact.pxi"

cdef extern from "team.h" nogil:
    ctypedef void (*convlab_team)(int, int64_t, void *, void *)
    void convlab_use_team(convlab_team team)

cdef extern from "activation_span.h" nogil:
    ctypedef void (*convlab_activation_span)(const float *, float *, int64_t, const float *) noexcept
    ctypedef void (*convlab_activation_gradient_span)(
        const float *, const float *, float *, int64_t, const float *) noexcept

cdef extern from "norm.h" nogil:
    struct convlab_norm_arrays:
        int64_t m, c
        double epsilon
        const void *x
        void *grad
        const void *scale
        const void *shift
        void *mean
        void *inverse_std
        void *out
        void *dscale
        void *dshift
        convlab_activation_span activation
        convlab_activation_gradient_span derivative
        int derivative_of_output
        const float *parameters
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
    memset(&a, 0, sizeof(a))
    a.c = cnp.PyArray_SIZE(scale)
    a.m = cnp.PyArray_SIZE(x) // a.c
    a.x = cnp.PyArray_DATA(x)
    a.scale = cnp.PyArray_DATA(scale)
    a.out = cnp.PyArray_DATA(out)
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


cdef class BatchNormPlan:
    """A batch normalization with an activation behind it, in two passes each way, for repeated calls.

    y = phi(scale * (x - mean) / sqrt(variance + epsilon) + shift), see `batch_norm_forward`. Nothing is kept
    for the way back but the statistics: what phi' needs is computed anew from x.

    Args:
        channels: size of the last axis, >= 1.
        epsilon: added to the variance, > 0.
        momentum: share of the old running statistics that `forward` keeps, in [0, 1).
        activation: None, a name, (name, parameters) or a plan: phi.

    Raises:
        ConfigError: an unknown activation or parameter.

    Example:
        >>> import numpy as np
        >>> plan = BatchNormPlan(1, epsilon=1e-9, momentum=0.9, activation="relu")
        >>> x, one, zero, y = np.array([[1.0], [3.0]]), np.ones(1), np.zeros(1), np.empty((2, 1))
        >>> plan.forward(x, one, zero, y, zero.copy(), one.copy())
        >>> y.round(6).ravel().tolist()
        [0.0, 1.0]
    """

    cdef int64_t channels
    cdef double epsilon, momentum
    cdef readonly object activation
    cdef dict spans
    cdef cnp.ndarray mean, inverse_std, workspace

    def __init__(self, int64_t channels, *, double epsilon, double momentum, activation=None):
        self.channels, self.epsilon, self.momentum = channels, epsilon, momentum
        self.activation = checks.planned_activation("BatchNormPlan", activation)
        self.spans = {}
        self.workspace = np.empty(0, np.float64)

    def forward(self, x, scale, shift, y, running_mean, running_variance):
        """Writes the normalized x to y and moves the running statistics towards those of x."""
        cdef int kind = self._follow_dtype(x)
        cdef convlab_norm_arrays a = self._arrays(x, scale, shift, y, kind)
        cdef void *means = exact(running_mean, "BatchNormPlan", "running_mean", kind, a.c, True)
        cdef void *variances = exact(running_variance, "BatchNormPlan", "running_variance", kind, a.c, True)
        cdef int isa, threads
        cdef bint is_double = kind == cnp.NPY_DOUBLE
        cdef double *memory = self._memory(&a)
        isa, threads = runtime.selected()
        fused = self._fuse(&a, kind, isa)
        with nogil:
            convlab_norm_forward(&a, is_double, memory, isa, threads)
            if is_double:
                follow(&a, self.momentum, <double *> means, <double *> variances)
            else:
                follow(&a, self.momentum, <float *> means, <float *> variances)
        if not fused:
            self.activation.forward(y, y)

    def inference(self, x, scale, shift, mean, variance, y):
        """Writes x, normalized by the given statistics, to y."""
        cdef int kind = self._follow_dtype(x)
        cdef convlab_norm_arrays a = self._arrays(x, scale, shift, y, kind)
        cdef int isa, threads
        cdef bint is_double = kind == cnp.NPY_DOUBLE
        cdef double *memory = self._memory(&a)
        isa, threads = runtime.selected()
        a.mean = exact(mean, "BatchNormPlan", "mean", kind, a.c, False)
        cdef void *spread = exact(variance, "BatchNormPlan", "variance", kind, a.c, False)
        inverse_std = np.empty(a.c, x.dtype)
        a.inverse_std = cnp.PyArray_DATA(<cnp.ndarray> inverse_std)
        fused = self._fuse(&a, kind, isa)
        with nogil:
            if is_double:
                invert(<double *> spread, a.c, a.epsilon, <double *> a.inverse_std)
            else:
                invert(<float *> spread, a.c, a.epsilon, <float *> a.inverse_std)
            convlab_norm_inference(&a, is_double, memory, isa, threads)
        if not fused:
            self.activation.forward(y, y)

    def backward(self, x, grad, scale, shift, dscale, dshift, dx):
        """Writes the gradients of what the latest `forward` took; grad is written over, dx may be grad."""
        cdef int kind = self._follow_dtype(x)
        cdef convlab_norm_arrays a = self._arrays(x, scale, shift, dx, kind)
        cdef int isa, threads
        cdef bint is_double = kind == cnp.NPY_DOUBLE
        cdef double *memory = self._memory(&a)
        isa, threads = runtime.selected()
        a.grad = exact(grad, "BatchNormPlan", "grad", kind, a.m * a.c, True)
        a.dscale = exact(dscale, "BatchNormPlan", "dscale", kind, a.c, True)
        a.dshift = exact(dshift, "BatchNormPlan", "dshift", kind, a.c, True)
        if not self._fuse(&a, kind, isa):
            self._derive(x, grad, scale, shift)
        with nogil:
            convlab_norm_backward(&a, is_double, memory, isa, threads)

    cdef int _follow_dtype(self, x) except -1:
        """The dtype of x; the statistics are kept in it."""
        cdef int kind = float_kind(x, "BatchNormPlan", "x")
        if self.mean is None or cnp.PyArray_TYPE(self.mean) != kind:
            self.mean, self.inverse_std = np.zeros(self.channels, x.dtype), np.ones(self.channels, x.dtype)
        return kind

    cdef convlab_norm_arrays _arrays(self, x, scale, shift, out, int kind) except *:
        cdef convlab_norm_arrays a
        cdef int64_t size = cnp.PyArray_SIZE(<cnp.ndarray> x)
        memset(&a, 0, sizeof(a))
        if x.shape[-1] != self.channels:
            raise ShapeError(f"BatchNormPlan: x must be (..., {self.channels}), got x.shape={x.shape}")
        a.c = self.channels
        a.m = size // a.c
        a.epsilon = self.epsilon
        a.x = exact(x, "BatchNormPlan", "x", kind, size, False)
        a.scale = exact(scale, "BatchNormPlan", "scale", kind, a.c, False)
        a.shift = exact(shift, "BatchNormPlan", "shift", kind, a.c, False)
        a.out = exact(out, "BatchNormPlan", "out", kind, size, True)
        a.mean = cnp.PyArray_DATA(self.mean)
        a.inverse_std = cnp.PyArray_DATA(self.inverse_std)
        return a

    cdef double *_memory(self, const convlab_norm_arrays *a) except NULL:
        cdef int64_t needed = convlab_norm_workspace(a.m, a.c)
        if cnp.PyArray_SIZE(self.workspace) < needed:
            self.workspace = np.empty(needed, np.float64)
        return <double *> cnp.PyArray_DATA(self.workspace)

    cdef bint _fuse(self, convlab_norm_arrays *a, int kind, int isa) except *:
        """Hands the activation to the kernel; False where the reference runs, which takes none."""
        if self.activation is None:
            return True
        if kind == cnp.NPY_DOUBLE or isa == 0:
            return False
        if isa not in self.spans:
            self.spans[isa] = self.activation.spans(isa)
        there, back = self.spans[isa]
        a.activation = <convlab_activation_span> PyCapsule_GetPointer(there, "convlab.activation_span")
        a.derivative = <convlab_activation_gradient_span> PyCapsule_GetPointer(
            back, "convlab.activation_gradient_span")
        a.derivative_of_output = self.activation.saves == "output"
        a.parameters = <const float *> cnp.PyArray_DATA(<cnp.ndarray> self.activation.arguments)
        return True

    def _derive(self, x, grad, scale, shift):
        """grad = grad * phi', in passes of their own for the reference."""
        before = np.empty_like(x)
        workspace = np.empty(0)
        inference(x, scale, shift, self.mean, self.inverse_std, before, workspace, 0, 1)
        if self.activation.saves == "output":
            self.activation.forward(before, before)
        self.activation.backward(before, grad, grad)


ctypedef fused real:
    float
    double


cdef void follow(const convlab_norm_arrays *a, double momentum, real *mean, real *variance) noexcept nogil:
    """Moves running statistics towards those of a batch; the variance is the unbiased one."""
    cdef const real *new_mean = <const real *> a.mean
    cdef const real *inverse_std = <const real *> a.inverse_std
    cdef double unbiased = <double> a.m / <double> (a.m - 1 if a.m > 1 else 1)
    cdef double new_variance
    cdef int64_t i
    for i in range(a.c):
        new_variance = (1.0 / (<double> inverse_std[i] * inverse_std[i]) - a.epsilon) * unbiased
        mean[i] = <real> (mean[i] + (1 - momentum) * (new_mean[i] - <double> mean[i]))
        variance[i] = <real> (variance[i] + (1 - momentum) * (new_variance - <double> variance[i]))


cdef void invert(const real *variance, int64_t c, double epsilon, real *inverse_std) noexcept nogil:
    cdef int64_t i
    for i in range(c):
        inverse_std[i] = <real> (1.0 / sqrt(<double> variance[i] + epsilon))
