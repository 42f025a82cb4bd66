"""Activations on whole arrays: forward, backward, and what the compiled core knows about each."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from convlab.errors import ConfigError, suggest
from convlab.kernels import _elementwise, runtime
from convlab.kernels._elementwise import ActivationPlan
from convlab.kernels.buffers import (
    Array,
    input_floats,
    output_array,
    refuse_partial_overlap,
    same_dtype,
    same_shape,
)

__all__ = [
    "ActivationPlan",
    "NativeActivation",
    "activation_backward",
    "activation_forward",
    "activation_plan",
    "activation_saves",
    "native_activations",
    "plan_of",
]

# Enough for all activations of a process; plans are small.
PLANS_KEPT = 256

# Parameters are float32 in the kernels: larger ones would be infinite, smaller ones divide by zero in celu
# and squareplus.
_LARGEST, _SMALLEST = float(np.finfo(np.float32).max), float(np.finfo(np.float32).tiny)

# The activations with a parameter: its name, its default, and its smallest value.
_PARAMETERS = {
    "leaky_relu": ("negative_slope", 0.01, -_LARGEST),
    "elu": ("alpha", 1.0, 0.0),
    "celu": ("alpha", 1.0, _SMALLEST),
    "squareplus": ("b", 4.0, _SMALLEST),
}


@dataclass(frozen=True)
class NativeActivation:
    """An activation that the compiled core knows.

    Args:
        name: as `activation_forward` takes it.
        parameters: the parameters it takes, with their defaults.
        saves: what `activation_backward` needs: ``"output"`` where the derivative can be computed from
            y = phi(x) accurately for every value of the parameters, else ``"input"``. `activation_saves`
            tells it for given parameters, and is ``"output"`` for leaky_relu with a positive slope.

    Example:
        >>> native_activations()["elu"].parameters["alpha"]
        1.0
    """

    name: str
    parameters: Mapping[str, float] = field(hash=False)
    saves: str


def _native(name: str, saves: str) -> NativeActivation:
    parameter = _PARAMETERS.get(name)
    defaults = {} if parameter is None else {parameter[0]: parameter[1]}
    return NativeActivation(name, MappingProxyType(defaults), saves)


_NATIVE = MappingProxyType({name: _native(name, saves) for name, saves in _elementwise.ACTIVATIONS.items()})
# number in the compiled tables and the parameter's default, for the call without parameters
_DEFAULTS = {
    name: (number, _PARAMETERS[name][1] if name in _PARAMETERS else 0.0)
    for number, name in enumerate(_NATIVE)
}


def native_activations() -> Mapping[str, NativeActivation]:
    """The activations of the compiled core, by name.

    Returns:
        A read-only mapping.

    Example:
        >>> native_activations()["tanh"].saves
        'output'
        >>> "mish" in native_activations()
        True
    """
    return _NATIVE


def activation_saves(name: str, **parameters: float) -> str:
    """Which array `activation_backward` needs for an activation with these parameters.

    Args:
        name: one of `native_activations()`.
        parameters: as for `activation_forward`.

    Returns:
        ``"output"`` or ``"input"``.

    Raises:
        ConfigError: unknown name or parameter, or a value out of range.

    Example:
        >>> activation_saves("leaky_relu", negative_slope=0.2), activation_saves("gelu")
        ('output', 'input')
        >>> activation_saves("leaky_relu", negative_slope=-0.2)
        'input'
    """
    _, parameter = _resolve("activation_saves", name, parameters)
    if name == "leaky_relu" and parameter > 0:
        return "output"
    return _NATIVE[name].saves


def activation_forward(
    x: npt.ArrayLike, name: str, *, out: npt.NDArray[Any] | None = None, **parameters: float
) -> Array:
    """Applies an activation to every element.

    ``y = phi(x)``. NaN stays NaN; infinities give the limit.

    Args:
        x: float32 or float64, any shape; float64 is computed by the reference.
        name: one of `native_activations()`.
        out: where to write, of x's shape and dtype; may be x itself.
        parameters: ``negative_slope`` of leaky_relu (0.01), ``alpha`` of elu (1, at least 0) and of
            celu (1, above 0), ``b`` of squareplus (4, above 0).

    Returns:
        y, of x's shape and dtype.

    Raises:
        ConfigError: unknown name or parameter, or a value out of range.
        ShapeError: x is not float, or out does not fit or overlaps x in part.

    Example:
        >>> activation_forward(np.float32([-1, 0, 2]), "leaky_relu", negative_slope=0.5).tolist()
        [-0.5, 0.0, 2.0]

    References:
        Klambauer et al.: Self-normalizing neural networks, 2017, equation 2 (selu).
        Hendrycks, Gimpel: Gaussian error linear units, 2016, section 2 (gelu is the exact form with erf).
        Misra: Mish, 2019, equation 1. Barron: Continuously differentiable ELU, 2017, equation 2 (celu).
        Barron: Squareplus: a softplus-like algebraic rectifier, 2021, equation 1.
        hard_sigmoid is relu6(x + 3) / 6 as in PyTorch and Keras 3.
    """
    number, parameter = _resolve("activation_forward", name, parameters)
    array = input_floats("activation_forward", "x", x)
    y = output_array("activation_forward", "out", out, array.shape, array.dtype)
    if out is not None:
        refuse_partial_overlap("activation_forward", "out", y, x=x)
    _elementwise.activation_forward(number, array, y, parameter, *runtime.selected())
    return y


def activation_backward(
    saved: npt.ArrayLike,
    grad: npt.ArrayLike,
    name: str,
    *,
    out: npt.NDArray[Any] | None = None,
    **parameters: float,
) -> Array:
    """Carries a gradient back through an activation.

    ``dx = grad * phi'(x)``, with phi' computed from x or from y = phi(x), as `activation_saves` says. At a
    corner the slope is that of the flat or negative side, as in PyTorch.

    Args:
        saved: x or y, float32 or float64.
        grad: gradient with respect to y, of the shape and dtype of saved.
        name: one of `native_activations()`.
        out: where to write; may be saved or grad itself.
        parameters: as for `activation_forward`.

    Returns:
        dx, of the shape and dtype of saved.

    Raises:
        ConfigError: unknown name or parameter, or a value out of range.
        ShapeError: arrays that do not fit each other, or out overlaps an input in part.

    Example:
        >>> y = activation_forward(np.float32([-1, 2]), "relu")
        >>> activation_backward(y, np.float32([3, 3]), "relu").tolist()
        [0.0, 3.0]
    """
    where = "activation_backward"
    number, parameter = _resolve(where, name, parameters)
    source = input_floats(where, "saved", saved)
    gradient = input_floats(where, "grad", grad)
    same_shape(where, "saved", source, "grad", gradient)
    same_dtype(where, "saved", source, "grad", gradient)
    dx = output_array(where, "out", out, source.shape, source.dtype)
    if out is not None:
        refuse_partial_overlap(where, "out", dx, saved=saved, grad=grad)
    _elementwise.activation_backward(number, source, gradient, dx, parameter, *runtime.selected())
    return dx


def activation_plan(name: str, **parameters: float) -> ActivationPlan:
    """An activation for repeated calls: name and parameters are checked here, arrays only for safety.

    Args:
        name: one of `native_activations()`.
        parameters: as for `activation_forward`.

    Returns:
        The plan; its methods are `forward(x, out)`, `backward(saved, grad, out)`, for a sum in one pass
        `sum_forward(a, b, out)` and `sum_backward(saved, a, b, out)`, and for an activation that saves its
        input `sloped_forward(x, out, slope)`, whose slope `sloped_backward(slope, grad, out)` takes: both
        together take two thirds of the time.

    Raises:
        ConfigError: unknown name or parameter, or a value out of range.

    Example:
        >>> plan, y = activation_plan("relu"), np.empty(2, np.float32)
        >>> plan.sum_forward(np.float32([1, -3]), np.float32([1, 1]), y)
        >>> y.tolist()
        [2.0, 0.0]
    """
    return plan_of("activation_plan", name, parameters)


def plan_of(where: str, name: str, parameters: Mapping[str, float]) -> ActivationPlan:
    """As `activation_plan`, for a function that messages name; equal activations share one plan.

    Example:
        >>> plan_of("conv2d", "elu", {"alpha": 0.5}).name
        'elu'
    """
    number, parameter = _resolve(where, name, parameters)
    return _plan(number, parameter, name, activation_saves(name, **parameters))


@lru_cache(maxsize=PLANS_KEPT)
def _plan(number: int, parameter: float, name: str, saves: str) -> ActivationPlan:
    return ActivationPlan(number, parameter, name, saves)


def _resolve(where: str, name: str, parameters: Mapping[str, float]) -> tuple[int, float]:
    """The activation's number in the compiled tables, and the value of its parameter."""
    try:
        number, parameter = _DEFAULTS[name]
    except (KeyError, TypeError):
        raise ConfigError(f"{where}: no activation named {name!r}{suggest(str(name), _NATIVE)}") from None
    if not parameters:
        return number, parameter
    allowed = _NATIVE[name].parameters
    for key, value in parameters.items():
        if key not in allowed:
            known = f"only {', '.join(allowed)}" if allowed else "no parameters"
            raise ConfigError(f"{where}: {name} has no parameter '{key}'; it takes {known}")
        _check_parameter(where, name, key, value)
        parameter = float(value)
    return number, parameter


def _check_parameter(where: str, name: str, key: str, value: float) -> None:
    """Refuses what is no finite number or outside the range of the parameter."""
    lowest = _PARAMETERS[name][2]
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not abs(number) <= _LARGEST:
        raise ConfigError(f"{where}: {key} of {name} must be a finite number, got {value!r}")
    if number < lowest:
        bound = "at least 0" if lowest == 0 else "above 0"
        raise ConfigError(f"{where}: {key} of {name} must be {bound}, got {value!r}")
