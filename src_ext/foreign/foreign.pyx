"""C functions that a plugin hands in, run chunk by chunk by the team of threads."""

from libc.stdint cimport int64_t
from cpython.pycapsule cimport PyCapsule_GetPointer

cimport numpy as cnp

from convlab.kernels import runtime
from convlab.kernels._runtime import team

include "exact.pxi"

ctypedef void (*elementwise_function)(const float *, float *, size_t) noexcept nogil

cdef extern from "team.h" nogil:
    ctypedef void (*convlab_task)(void *, int64_t, int) noexcept nogil
    ctypedef void (*convlab_team)(int, int64_t, void *, void *)
    void convlab_use_team(convlab_team team)
    void convlab_share(int threads, int64_t count, convlab_task run, void *context)

cnp.import_array()
convlab_use_team(<convlab_team> PyCapsule_GetPointer(team, "convlab.team"))

# As for our own activations: chunks do not depend on the threads, so neither do results.
cdef int64_t CHUNK = 4096
# Below this many elements waking other threads costs more than it saves.
cdef int64_t WORTH_A_TEAM = 65536

cdef struct job:
    elementwise_function function
    const float *x
    float *out
    int64_t n


cdef void run_chunk(void *context, int64_t chunk, int member) noexcept nogil:
    cdef job *work = <job *> context
    cdef int64_t start = chunk * CHUNK
    cdef int64_t size = min(work.n - start, CHUNK)
    work.function(work.x + start, work.out + start, <size_t> size)


def call(size_t address, x, out):
    """Runs the function at an address over contiguous arrays of float32, both of one size."""
    float_kind(x, "ForeignFunction", "x")
    cdef int64_t n = cnp.PyArray_SIZE(<cnp.ndarray> x)
    cdef job work
    cdef int threads = runtime.selected()[1]
    work.function = <elementwise_function> address
    work.x = <const float *> exact(x, "ForeignFunction", "x", cnp.NPY_FLOAT, n, False)
    work.out = <float *> exact(out, "ForeignFunction", "out", cnp.NPY_FLOAT, n, True)
    work.n = n
    if n == 0:
        return
    with nogil:
        convlab_share(1 if n < WORTH_A_TEAM else threads, (n + CHUNK - 1) // CHUNK, run_chunk, &work)
