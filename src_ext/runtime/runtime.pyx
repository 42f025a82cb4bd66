"""What the compiled core offers on this machine, and the team of threads that its families share."""

from cpython.pycapsule cimport PyCapsule_New

cdef extern from "probe.h":
    const char *convlab_isa_missing(int isa)
    const char *convlab_compiler()

cdef extern from "workers.h":
    void convlab_prepare_workers()
    void convlab_run_on_workers()

ISA_NAMES = ("reference", "baseline", "avx2", "avx512", "avx512_bf16", "amx", "amx_emulated")

convlab_prepare_workers()
team = PyCapsule_New(<void *> convlab_run_on_workers, "convlab.team", NULL)


def isa_missing():
    """Each instruction set with the reason why it cannot be used, or None when it can."""
    reasons = {}
    cdef const char *reason
    for number, name in enumerate(ISA_NAMES):
        reason = convlab_isa_missing(number)
        reasons[name] = None if reason == NULL else reason.decode()
    return reasons


def compiler():
    """Name and version of the compiler of this build."""
    return convlab_compiler().decode()
