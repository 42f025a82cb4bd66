"""C functions from outside the core: from a numba cfunc, ctypes, or a Cython capsule."""

import ctypes
from typing import Any

import numpy.typing as npt

from convlab.errors import ConfigError
from convlab.kernels import _foreign

# what functions of libraries and those made by CFUNCTYPE have in common
_C_FUNCTION: Any = ctypes.CFUNCTYPE(None).__mro__[1]
_SIGNATURE = "void(const float *x, float *out, size_t n)"


class ForeignFunction:
    """A C function over arrays of float32, which the core runs on its threads.

    The function has the form ``void(const float *x, float *out, size_t n)`` and writes n values to `out`,
    each from the value of `x` in its place. It is called for pieces of an array, from several threads at
    once, without Python's lock; the pieces are the same for any number of threads, and so are the results.
    What is handed in is kept alive. Nothing can check that an address is such a function.

    Args:
        function: a numba ``cfunc`` (anything with an ``address``), a function of ``ctypes``, a capsule that
            holds the pointer, or the address as an integer.

    Raises:
        ConfigError: if it is none of these.

    Example:
        >>> import numpy as np
        >>> form = ctypes.CFUNCTYPE(
        ...     None, ctypes.POINTER(ctypes.c_float), ctypes.POINTER(ctypes.c_float), ctypes.c_size_t
        ... )
        >>> @form
        ... def double(x, out, n):
        ...     for i in range(n):
        ...         out[i] = 2 * x[i]
        >>> x = np.float32([1, 2, 3])
        >>> ForeignFunction(double)(x, x)
        >>> x.tolist()
        [2.0, 4.0, 6.0]
    """

    def __init__(self, function: Any) -> None:
        self.address = _address(function)
        self._kept = function

    def __call__(self, x: npt.NDArray[Any], out: npt.NDArray[Any]) -> None:
        """Writes the function of `x` to `out`.

        Args:
            x: float32, contiguous.
            out: of x's size, float32, contiguous; may be x itself if the function allows it.

        Raises:
            ShapeError: if an array does not fit.
        """
        _foreign.call(self.address, x, out)


def _address(function: Any) -> int:
    address = getattr(function, "address", function)
    if isinstance(address, bool) or address == 0:
        raise ConfigError(f"a compiled function needs an address that is not 0, got {address!r}")
    if isinstance(address, int):
        return address
    if isinstance(function, _C_FUNCTION):
        return ctypes.cast(function, ctypes.c_void_p).value or 0
    if type(function).__name__ == "PyCapsule":
        return _capsule_address(function)
    raise ConfigError(
        f"a compiled function must be a numba cfunc, a function of ctypes, a capsule or an address of "
        f"{_SIGNATURE}, got {type(function).__name__}"
    )


def _capsule_address(capsule: Any) -> int:
    name, pointer = ctypes.pythonapi.PyCapsule_GetName, ctypes.pythonapi.PyCapsule_GetPointer
    name.restype, name.argtypes = ctypes.c_char_p, [ctypes.py_object]
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return int(pointer(capsule, name(capsule)))
