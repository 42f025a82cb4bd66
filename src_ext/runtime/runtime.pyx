"""What the compiled core offers on this machine."""

cdef extern from "probe.h":
    const char *convlab_isa_missing(int isa)
    int convlab_has_openmp()
    void convlab_release_threads()
    const char *convlab_compiler()

ISA_NAMES = ("reference", "baseline", "avx2", "avx512")


def isa_missing():
    """Each instruction set with the reason why it cannot be used, or None when it can."""
    reasons = {}
    cdef const char *reason
    for number, name in enumerate(ISA_NAMES):
        reason = convlab_isa_missing(number)
        reasons[name] = None if reason == NULL else reason.decode()
    return reasons


def has_openmp():
    """Whether kernels can use more than one thread."""
    return bool(convlab_has_openmp())


def release_threads():
    """Ends the calling thread's team of workers; the next kernel starts a new one."""
    convlab_release_threads()


def compiler():
    """Name and version of the compiler of this build."""
    return convlab_compiler().decode()
