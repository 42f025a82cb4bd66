"""Planned convolutions: geometry checked once, scratch memory shared, calls without the GIL."""

from libc.stdint cimport int64_t, uintptr_t
from libc.stdlib cimport free
from libc.string cimport memset
from cpython.pycapsule cimport PyCapsule_GetPointer

cimport numpy as cnp

from convlab.kernels._runtime import team

cdef extern from "team.h" nogil:
    ctypedef void (*convlab_team)(int, int64_t, void *, void *)
    void convlab_use_team(convlab_team team)

from convlab.errors import ShapeError
from convlab.kernels import arguments as checks
from convlab.kernels import runtime

cdef extern from "stdlib.h" nogil:
    int posix_memalign(void **memory, size_t alignment, size_t size)

cdef extern from "problem.h" nogil:
    ctypedef void (*convlab_activation_span)(
        const float *x, float *y, int64_t n, const float *parameters) noexcept

    struct convlab_conv2d_problem:
        int64_t n, h, w, c
        int64_t k, r, s, groups
        int64_t stride_h, stride_w, dilation_h, dilation_w
        int64_t pad_top, pad_bottom, pad_left, pad_right
        int64_t oh, ow
        int64_t is_double
        int64_t precision

    struct convlab_conv2d_arguments:
        const void *image
        const void *weight
        const void *bias
        void *out
        void *out_bias
        convlab_activation_span activation
        const float *activation_parameters
        int relu

    struct convlab_conv2d_algorithm:
        const char *name
        const char *(*refuse)(const convlab_conv2d_problem *) noexcept nogil
        int64_t (*scratch_bytes)(const convlab_conv2d_problem *, int) noexcept nogil
        void (*run)(
            const convlab_conv2d_problem *, const convlab_conv2d_arguments *, int, void *) noexcept nogil

    int CONVLAB_PRECISION_BFLOAT16
    int CONVLAB_CONV2D_FORWARD
    int CONVLAB_CONV2D_BACKWARD_INPUT
    int CONVLAB_CONV2D_BACKWARD_WEIGHT

cdef extern from "dispatch.h" nogil:
    const convlab_conv2d_algorithm *convlab_conv2d_candidate(int operation, int isa, int index)
    const convlab_conv2d_algorithm *convlab_conv2d_choose(
        int operation, int isa, const convlab_conv2d_problem *problem)

cnp.import_array()
convlab_use_team(<convlab_team> PyCapsule_GetPointer(team, "convlab.team"))

# Scratch memory lives from one call to the next, whichever plan makes it: all layers of a network work in the
# same. Python threads that compute at once take memory of their own; the GIL guards the list of what is kept.
cdef struct Scratch:
    void *memory
    int64_t size

cdef enum:
    MOST_KEPT = 4

cdef Scratch[MOST_KEPT] _kept
cdef int _kept_count = 0

OPERATIONS = ("forward", "backward_input", "backward_weight")


cdef class Conv2DPlan:
    """A convolution of fixed geometry that allocates nothing once it has been called.

    y[n,o,p,k] = phi(bias[k] + sum over i,j,c of x[n, o*stride - top + i*dilation, ..., c] * w[k,i,j,c])

    Args:
        input_shape: (n, h, w, c); arrays may have a smaller batch than n.
        kernel_shape: (k, r, s, c / groups).
        stride: >= 1, a number or (vertical, horizontal).
        padding: >= 0: a number, (vertical, horizontal), ((top, bottom), (left, right)), "same" or "valid".
        dilation: >= 1, a number or (vertical, horizontal).
        groups: >= 1, divides the channels of input and output.
        activation: None, a name, (name, parameters) or a plan; applied by `forward` to its output.

    Raises:
        ShapeError: sizes that do not fit each other.

    Example:
        >>> import numpy as np
        >>> plan = Conv2DPlan((1, 3, 3, 1), (1, 2, 2, 1))
        >>> y = np.empty(plan.output_shape, np.float32)
        >>> plan.forward(np.ones((1, 3, 3, 1), np.float32), np.ones((1, 2, 2, 1), np.float32), None, y)
        >>> float(y[0, 1, 1, 0])
        4.0
    """

    cdef convlab_conv2d_problem problem
    cdef readonly object geometry
    cdef readonly object activation
    cdef dict spans

    def __init__(self, input_shape, kernel_shape, *, stride=1, padding=0, dilation=1, groups=1,
                 activation=None):
        geometry = checks.conv_geometry(
            "Conv2DPlan", input_shape, kernel_shape, stride, padding, dilation, groups,
            ("input", "kernel"))
        self._prepare(geometry, activation, "Conv2DPlan")

    cdef _prepare(self, geometry, activation, str where):
        self.geometry = geometry
        (self.problem.n, self.problem.h, self.problem.w, self.problem.c, self.problem.k, self.problem.r,
         self.problem.s, self.problem.groups) = geometry[:8]
        self.problem.stride_h, self.problem.stride_w = geometry.stride
        self.problem.dilation_h, self.problem.dilation_w = geometry.dilation
        (self.problem.pad_top, self.problem.pad_bottom, self.problem.pad_left, self.problem.pad_right,
         self.problem.oh, self.problem.ow) = geometry[10:]
        self.spans = {}
        self.activation = checks.planned_activation(where, activation)

    @property
    def input_shape(self):
        """(n, h, w, c)"""
        return self.geometry.input_shape

    @property
    def kernel_shape(self):
        """(k, r, s, c / groups)"""
        return self.geometry.kernel_shape

    @property
    def output_shape(self):
        """(n, out_h, out_w, k)"""
        return self.geometry.output_shape

    def forward(self, x, w, bias, out):
        """Writes the convolution of x with w, plus bias unless it is None, to out."""
        cdef convlab_conv2d_arguments a
        cdef int64_t n = _batch(x)
        cdef int kind = _kind(x)
        cdef int isa
        memset(&a, 0, sizeof(a))
        a.image = _shaped(x, "x", kind, 4, n, self.problem.h, self.problem.w, self.problem.c, False)
        a.weight = self._weight(w, "w", kind, False)
        a.bias = NULL if bias is None else _shaped(bias, "bias", kind, 1, self.problem.k, 0, 0, 0, False)
        a.out = _shaped(out, "out", kind, 4, n, self.problem.oh, self.problem.ow, self.problem.k, True)
        self._check_batch(n)
        _check_apart(out, "out", (x, w, bias), ("x", "w", "bias"))
        fused = False
        if self.activation is not None and kind == cnp.NPY_FLOAT:
            isa = runtime.selected()[0]
            if isa:
                a.activation = self._span(isa)
                a.activation_parameters = <const float *>cnp.PyArray_DATA(
                    <cnp.ndarray>self.activation.arguments)
                a.relu = self.activation.name == "relu"
                fused = True
        self._run(CONVLAB_CONV2D_FORWARD, n, kind, &a)
        if self.activation is not None and not fused and n:
            self.activation.forward(out, out)

    def backward_input(self, grad, w, out, bias=None):
        """Writes the gradient of x, given that of y, to out; bias (c,) is added where it is given."""
        cdef convlab_conv2d_arguments a
        cdef int64_t n = _batch(grad)
        cdef int kind = _kind(grad)
        memset(&a, 0, sizeof(a))
        a.image = _shaped(grad, "grad", kind, 4, n, self.problem.oh, self.problem.ow, self.problem.k, False)
        a.weight = self._weight(w, "w", kind, False)
        a.bias = NULL if bias is None else _shaped(bias, "bias", kind, 1, self.problem.c, 0, 0, 0, False)
        a.out = _shaped(out, "out", kind, 4, n, self.problem.h, self.problem.w, self.problem.c, True)
        self._check_batch(n)
        _check_apart(out, "out", (grad, w, bias), ("grad", "w", "bias"))
        self._run(CONVLAB_CONV2D_BACKWARD_INPUT, n, kind, &a)

    def backward_weight(self, x, grad, out, out_bias):
        """Writes the gradient of w to out, and that of bias to out_bias unless it is None."""
        cdef convlab_conv2d_arguments a
        cdef int64_t n = _batch(x)
        cdef int kind = _kind(x)
        memset(&a, 0, sizeof(a))
        a.image = _shaped(x, "x", kind, 4, n, self.problem.h, self.problem.w, self.problem.c, False)
        a.weight = _shaped(grad, "grad", kind, 4, n, self.problem.oh, self.problem.ow, self.problem.k, False)
        a.out = self._weight(out, "out", kind, True)
        if out_bias is not None:
            a.out_bias = _shaped(out_bias, "out_bias", kind, 1, self.problem.k, 0, 0, 0, True)
            _check_apart(out_bias, "out_bias", (x, grad, out), ("x", "grad", "out"))
        self._check_batch(n)
        _check_apart(out, "out", (x, grad), ("x", "grad"))
        if n == 0:
            out.fill(0.0)
            if out_bias is not None:
                out_bias.fill(0.0)
        self._run(CONVLAB_CONV2D_BACKWARD_WEIGHT, n, kind, &a)

    def explain(self, operation, dtype="float32"):
        """Which algorithms an operation has with the isa and precision in force, and why some refuse.

        Args:
            operation: "forward", "backward_input" or "backward_weight".
            dtype: "float32" or "float64".

        Returns:
            (name, reason or None) of each, in the order of trial; the first without a reason is used.
        """
        cdef convlab_conv2d_problem problem = self.problem
        cdef const convlab_conv2d_algorithm *algorithm
        cdef const char *reason
        problem.is_double = dtype == "float64"
        problem.precision = runtime.precision_number()
        if operation not in OPERATIONS:
            raise ShapeError(f"Conv2DPlan: no operation {operation!r}; {', '.join(OPERATIONS)}")
        number, isa = OPERATIONS.index(operation), runtime.selected()[0]
        found = []
        while True:
            algorithm = convlab_conv2d_candidate(number, isa, len(found))
            if algorithm == NULL:
                break
            reason = algorithm.refuse(&problem)
            found.append((algorithm.name.decode(), None if reason == NULL else reason.decode()))
        if problem.precision == CONVLAB_PRECISION_BFLOAT16 and "bf16" not in dict(found):
            found.insert(0, ("bf16", f"{runtime.isa()} has no products of bfloat16: float32 stands in"))
        return found

    cdef void *_weight(self, array, str name, int kind, bint output) except NULL:
        return _shaped(array, name, kind, 4, self.problem.k, self.problem.r, self.problem.s,
                       self.problem.c // self.problem.groups, output)

    cdef int _check_batch(self, int64_t n) except -1:
        if n > self.problem.n:
            raise ShapeError(
                f"Conv2DPlan: the batch of {n} is larger than planned (={self.problem.n}); "
                "make a plan for the largest batch")
        return 0

    cdef convlab_activation_span _span(self, int isa) except NULL:
        """The fused form of the activation for an isa."""
        if isa not in self.spans:
            self.spans[isa], _ = self.activation.spans(isa)
        return <convlab_activation_span>PyCapsule_GetPointer(self.spans[isa], "convlab.activation_span")

    cdef int _run(self, int operation, int64_t n, int kind, const convlab_conv2d_arguments *a) except -1:
        cdef convlab_conv2d_problem problem = self.problem
        cdef const convlab_conv2d_algorithm *algorithm
        cdef int isa, threads
        cdef Scratch scratch
        if n == 0:
            return 0
        problem.n = n
        problem.is_double = kind == cnp.NPY_DOUBLE
        isa, threads = runtime.selected()
        problem.precision = runtime.precision_number()
        algorithm = convlab_conv2d_choose(operation, isa, &problem)
        scratch = _take_scratch(algorithm.scratch_bytes(&problem, threads))
        with nogil:
            algorithm.run(&problem, a, threads, scratch.memory)
        _give_back(scratch)
        return 0


def plan_of(geometry, activation=None, where="conv2d"):
    """A plan for sizes that `arguments.conv_geometry` has checked."""
    cdef Conv2DPlan plan = Conv2DPlan.__new__(Conv2DPlan)
    plan._prepare(geometry, activation, where)
    return plan


cdef Scratch _take_scratch(int64_t size) except *:
    """Memory for one call, contents undefined: what was given back last, which the caches may still hold."""
    global _kept_count
    cdef Scratch scratch = Scratch(NULL, 0)
    if _kept_count:
        _kept_count -= 1
        scratch = _kept[_kept_count]
    if size > scratch.size:
        free(scratch.memory)
        scratch = Scratch(NULL, 0)
        if posix_memalign(&scratch.memory, 64, <size_t>size) != 0:
            raise MemoryError(f"no memory for {size} bytes of scratch space")
        scratch.size = size
    return scratch


cdef void _give_back(Scratch scratch) noexcept:
    global _kept_count
    if _kept_count == MOST_KEPT:
        free(scratch.memory)
        return
    _kept[_kept_count] = scratch
    _kept_count += 1


cdef int64_t _batch(array) except -1:
    if not isinstance(array, cnp.ndarray) or cnp.PyArray_NDIM(array) < 1:
        raise ShapeError("Conv2DPlan: the first argument must be an array (n, h, w, channels)")
    return cnp.PyArray_DIMS(<cnp.ndarray>array)[0]


cdef int _kind(array) except -1:
    cdef int kind = cnp.PyArray_TYPE(<cnp.ndarray>array)
    if kind != cnp.NPY_FLOAT and kind != cnp.NPY_DOUBLE:
        raise ShapeError(f"Conv2DPlan: arrays must be float32 or float64, not {array.dtype}")
    return kind


cdef void *_shaped(object array, str name, int kind, int rank, int64_t a, int64_t b, int64_t c, int64_t d,
                   bint output) except? NULL:
    """The data of an array that must be exact: dtype, shape, contiguous, writable where it is an output."""
    cdef int64_t[4] shape
    cdef cnp.ndarray exact
    cdef int i
    shape[0], shape[1], shape[2], shape[3] = a, b, c, d
    if not isinstance(array, cnp.ndarray):
        raise ShapeError(f"Conv2DPlan: {name} must be an array, not {type(array).__name__}")
    exact = <cnp.ndarray>array
    cdef bint fits = cnp.PyArray_NDIM(exact) == rank
    for i in range(rank):
        fits = fits and cnp.PyArray_DIMS(exact)[i] == shape[i]
    if not fits:
        raise ShapeError(
            f"Conv2DPlan: {name} must have shape {tuple([shape[i] for i in range(rank)])}, got {array.shape}")
    if cnp.PyArray_TYPE(exact) != kind or not cnp.PyArray_ISNOTSWAPPED(exact):
        raise ShapeError(f"Conv2DPlan: {name} must have the dtype of the first argument, got {array.dtype}")
    if not cnp.PyArray_CHKFLAGS(exact, cnp.NPY_ARRAY_CARRAY if output else cnp.NPY_ARRAY_CARRAY_RO):
        raise ShapeError(
            f"Conv2DPlan: {name} must be C-contiguous and aligned{' and writable' if output else ''}")
    return cnp.PyArray_DATA(exact)


cdef int _check_apart(out, str name, tuple inputs, tuple names) except -1:
    """Raises when out overlaps an input; all are contiguous."""
    cdef uintptr_t start = <uintptr_t>cnp.PyArray_DATA(<cnp.ndarray>out), other
    cdef uintptr_t end = start + <uintptr_t>cnp.PyArray_NBYTES(<cnp.ndarray>out)
    for index, array in enumerate(inputs):
        if array is None:
            continue
        other = <uintptr_t>cnp.PyArray_DATA(<cnp.ndarray>array)
        if other < end and start < other + <uintptr_t>cnp.PyArray_NBYTES(<cnp.ndarray>array):
            raise ShapeError(
                f"Conv2DPlan: {name} overlaps {names[index]} in memory; give it memory of its own")
    return 0
