"""Making an activation fast: C functions in place of its NumPy code, wherever the engine uses it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import numpy as np

from convlab.contracts.activation import Activation
from convlab.contracts.parameter import Array
from convlab.kernels import ForeignFunction

Kind = TypeVar("Kind", bound=type[Activation])
Method = Callable[[Any, Array, Array], None]


def compiled(value: Any, derivative: Any) -> Callable[[Kind], Kind]:
    """Hands in C functions for the value and the derivative of an activation.

    They do the work on contiguous arrays of float32, which is what training uses, on all threads of the
    core. The methods of the class still serve float64 and everything else, and are what the conformance kit
    holds the C functions to.

    Args:
        value: a C function ``void(const float *x, float *out, size_t n)`` that writes f(x), in any of the
            forms that `convlab.kernels.ForeignFunction` takes: a numba ``cfunc``, a function of ctypes, a
            Cython capsule or an address.
        derivative: likewise, for f'(x).

    Returns:
        A decorator for the class.

    Raises:
        ConfigError: if a function is in none of these forms.

    Example:
        >>> import ctypes
        >>> floats = ctypes.POINTER(ctypes.c_float)
        >>> @ctypes.CFUNCTYPE(None, floats, floats, ctypes.c_size_t)
        ... def halved(x, out, n):
        ...     for i in range(n):
        ...         out[i] = x[i] / 2
        >>> @ctypes.CFUNCTYPE(None, floats, floats, ctypes.c_size_t)
        ... def half(x, out, n):
        ...     for i in range(n):
        ...         out[i] = 0.5
        >>> @compiled(halved, half)
        ... class Half(Activation):
        ...     def value(self, x, out):
        ...         np.divide(x, 2, out=out)
        ...     def derivative(self, x, out):
        ...         out[...] = 0.5
        >>> out = np.empty(2, np.float32)
        >>> Half().value(np.float32([1, 3]), out)
        >>> out.tolist()
        [0.5, 1.5]
    """

    def decorate(kind: Kind) -> Kind:
        for name, function in (("value", value), ("derivative", derivative)):
            setattr(kind, name, _dispatching(getattr(kind, name), ForeignFunction(function)))
        return kind

    return decorate


def _dispatching(reference: Method, function: ForeignFunction) -> Method:
    @wraps(reference)
    def method(self: Any, x: Array, out: Array) -> None:
        if _is_plain(x) and _is_plain(out) and x.shape == out.shape:
            function(x, out)
        else:
            reference(self, x, out)

    return method


def _is_plain(array: Array) -> bool:
    return array.dtype == np.float32 and array.flags.c_contiguous and array.flags.aligned
