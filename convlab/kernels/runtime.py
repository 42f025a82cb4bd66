"""Which instruction set, how many threads and what precision the compiled core uses."""

import os
from collections.abc import Callable
from types import TracebackType
from typing import Self

from convlab.errors import KernelError
from convlab.kernels import _runtime

# More than this is a slip of the pen: every thread has its own stack and scratch memory.
MAX_THREADS = 256

_MISSING = _runtime.isa_missing()
# AMX's code on tiles in memory, for tests: many times slower than any other, so only who names it gets it.
_EMULATED = "amx_emulated"
_OFFERED = tuple(name for name in _runtime.ISA_NAMES if _MISSING[name] is None and name != _EMULATED)
_NUMBERS = {name: number for number, name in enumerate(_runtime.ISA_NAMES)}
# The number of a precision is what the compiled core takes.
_PRECISIONS = ("float32", "fast", "bfloat16")


class Choice:
    """A choice that is already in force; leaving it as a context manager brings back the last one."""

    def __init__(self, restore: Callable[[], None]) -> None:
        self._restore = restore

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._restore()


class _Settings:
    """The isa, the thread count and the precision in force; kernels read them with every call."""

    def __init__(self) -> None:
        self.isa = _OFFERED[-1]
        self.threads = _default_threads()
        self.selected = (_NUMBERS[self.isa], self.threads)
        self.precision = 0

    def set_isa(self, name: str) -> None:
        self.isa = name
        self.selected = (_NUMBERS[name], self.threads)

    def set_threads(self, count: int) -> None:
        self.threads = count
        self.selected = (_NUMBERS[self.isa], count)

    def set_precision(self, number: int) -> None:
        self.precision = number


def isas() -> tuple[str, ...]:
    """The instruction sets that this CPU and this build offer, slowest first.

    Returns:
        Names out of ``reference`` (plain loops with double sums), ``baseline``, ``avx2``, ``avx512``,
        ``avx512_bf16`` (and products of bfloat16) and ``amx`` (and tiles of bfloat16).

    Example:
        >>> isas()[:2]
        ('reference', 'baseline')
    """
    return _OFFERED


def isa() -> str:
    """The instruction set in force.

    Returns:
        One of `isas()`; the fastest unless `use_isa` or the variable CONVLAB_ISA chose another.

    Example:
        >>> isa() in isas()
        True
    """
    return _settings.isa


def use_isa(name: str) -> Choice:
    """Chooses the instruction set of all kernels from now on.

    Args:
        name: one of `isas()`; or ``"amx_emulated"``, AMX's code on tiles in memory, which needs AVX-512:
            slow, and for tests where AMX is missing.

    Returns:
        A context manager that brings back the previous choice; it may be ignored.

    Raises:
        KernelError: this CPU or this build does not offer it.

    Example:
        >>> with use_isa("baseline"):
        ...     isa()
        'baseline'
    """
    check_isa(name, "use_isa")
    previous = _settings.isa
    _settings.set_isa(name)
    return Choice(lambda: _settings.set_isa(previous))


def threads() -> int:
    """The largest number of threads that a kernel may use.

    Returns:
        The cores this process may run on, unless `use_threads` or CONVLAB_THREADS chose another number.

    Example:
        >>> threads() >= 1
        True
    """
    return _settings.threads


def use_threads(count: int) -> Choice:
    """Chooses how many threads kernels may use from now on; results do not depend on it.

    Args:
        count: from 1 to 256.

    Returns:
        A context manager that brings back the previous choice; it may be ignored.

    Raises:
        KernelError: not a number in that range.

    Example:
        >>> with use_threads(1):
        ...     threads()
        1
    """
    _check_threads(count, "use_threads")
    previous = _settings.threads
    _settings.set_threads(count)
    return Choice(lambda: _settings.set_threads(previous))


def selected() -> tuple[int, int]:
    """The number of the isa in force and the thread count, as kernels take them.

    Returns:
        The position of the isa in (reference, baseline, avx2, avx512, avx512_bf16, amx, amx_emulated), and
        the thread count.

    Example:
        >>> with use_isa("reference"), use_threads(1):
        ...     selected()
        (0, 1)
    """
    return _settings.selected


def precision() -> str:
    """How exact convolutions of float32 arrays are.

    Returns:
        ``"float32"``, unless `use_precision` chose ``"fast"`` or ``"bfloat16"``.

    Example:
        >>> precision()
        'float32'
    """
    return _PRECISIONS[_settings.precision]


def use_precision(name: str) -> Choice:
    """Chooses how exact convolutions of float32 arrays are from now on.

    Relative errors (L2, against float64) are at most ``1e-6`` in float32 and ``5e-6`` in fast. 3x3
    convolutions may run through Winograd's algorithm: with tiles of 2x2 outputs in float32, which is exact
    on whole numbers, with 4x4 in fast, which is not. Where a result is not finite, the direct algorithm
    does the call again, so that NaN and Inf stay in their windows. With bfloat16, CPUs that multiply it
    (``avx512_bf16``, ``amx``) round the inputs of a product to its 8 bits, to nearest even, and sum in
    float32: errors are about ``2e-3``. Other CPUs do what fast does. Arrays stay float32.

    Args:
        name: ``"float32"``, ``"fast"`` or ``"bfloat16"``.

    Returns:
        A context manager that brings back the previous choice; it may be ignored.

    Raises:
        KernelError: there is no such precision.

    Example:
        >>> with use_precision("fast"):
        ...     precision()
        'fast'

    References:
        Lavin, Gray: Fast algorithms for convolutional neural networks, 2016, section 4.3, with other points
        of evaluation, which round less.
    """
    if name not in _PRECISIONS:
        raise KernelError(f"use_precision: no precision {name!r}; offered: {', '.join(_PRECISIONS)}")
    previous = _settings.precision
    _settings.set_precision(_PRECISIONS.index(name))
    return Choice(lambda: _settings.set_precision(previous))


def precision_number() -> int:
    """The precision in force, as kernels take it.

    Returns:
        Its position in (float32, fast, bfloat16).

    Example:
        >>> with use_precision("fast"):
        ...     precision_number()
        1
    """
    return _settings.precision


def build_info() -> dict[str, object]:
    """How the compiled core was built and what it found on this CPU.

    Returns:
        ``compiler``; ``isas`` (offered here); ``left_out`` (isa -> reason).

    Example:
        >>> sorted(build_info())
        ['compiler', 'isas', 'left_out']
    """
    return {
        "compiler": _runtime.compiler(),
        "isas": _OFFERED,
        "left_out": {
            name: reason for name, reason in _MISSING.items() if reason is not None and name != _EMULATED
        },
    }


def check_isa(name: str, where: str) -> None:
    """Raises KernelError unless the instruction set is one of `isas()`, or can be emulated."""
    if name not in _OFFERED and not (name == _EMULATED and _MISSING[name] is None):
        reason = _MISSING.get(name) if isinstance(name, str) else None
        because = f": {reason}" if reason else ""
        raise KernelError(f"{where}: no instruction set {name!r}{because}; offered: {', '.join(_OFFERED)}")


def _check_threads(count: int, where: str) -> None:
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MAX_THREADS:
        raise KernelError(f"{where}: threads must be a whole number from 1 to {MAX_THREADS}, not {count!r}")


def _default_threads() -> int:
    return min(len(os.sched_getaffinity(0)), MAX_THREADS)


def _read_environment() -> None:
    """CONVLAB_ISA and CONVLAB_THREADS, where set and not empty."""
    if name := os.environ.get("CONVLAB_ISA"):
        check_isa(name, "CONVLAB_ISA")
        _settings.set_isa(name)
    if text := os.environ.get("CONVLAB_THREADS"):
        if not text.isascii() or not text.isdigit():
            raise KernelError(
                f"CONVLAB_THREADS: threads must be a whole number from 1 to {MAX_THREADS}, not {text!r}"
            )
        _check_threads(int(text), "CONVLAB_THREADS")
        _settings.set_threads(int(text))


_settings = _Settings()
_read_environment()
