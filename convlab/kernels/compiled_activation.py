"""Activations whose author hands in compiled functions."""

from collections.abc import Sequence

import numpy as np

from convlab.kernels._elementwise import CompiledActivationPlan
from convlab.kernels.function_address import function_address

__all__ = ["CompiledActivationPlan", "compiled_activation_plan"]


def compiled_activation_plan(
    value: object, derivative: object, *, parameters: Sequence[float] = (), saves: str, name: str
) -> CompiledActivationPlan:
    """An activation of compiled functions, to be fused wherever one of the compiled core can be.

    Both functions are ``void f(const float *x, float *y, int64_t n, const float *parameters)``. They are
    called on any thread, without the GIL, for blocks of at most 512 values that start at a cache line, lie
    apart and have a length that 64 divides. So a result depends neither on threads nor on where it lies.

    Args:
        value: writes f(x) to y; see `function_address` for its forms.
        derivative: writes f'(x) to y, given x or f(x) as `saves` says.
        parameters: what the functions get as `parameters`, converted to float32.
        saves: ``"input"`` or ``"output"``.
        name: what messages call it.

    Returns:
        The plan, which keeps the functions alive; it takes float32 arrays.

    Raises:
        PluginError: what cannot be called; what the functions compute is not looked at.

    Example:
        >>> import ctypes
        >>> f = ctypes.pythonapi.Py_GetVersion  # any code, as nothing is called here
        >>> compiled_activation_plan(f, f, saves="output", name="cube").saves
        'output'
    """
    return CompiledActivationPlan(
        function_address(f"{name}: compiled value", value),
        function_address(f"{name}: compiled derivative", derivative),
        np.array(parameters or [0.0], np.float32),
        name,
        saves,
        (value, derivative),
    )
