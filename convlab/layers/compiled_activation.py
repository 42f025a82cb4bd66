"""An author's compiled functions, held to the author's NumPy methods before a layer uses them."""

from collections.abc import Callable

import numpy as np

from convlab import kernels
from convlab.contracts.activation import Activation
from convlab.contracts.parameter import Array
from convlab.errors import PluginError

_Function = Callable[[Array, Array], None]

# Where activations bend and where they saturate, what is almost zero on both sides, and NaN.
_SMALL = 10.0 ** -np.arange(3, 31, 3)
_GRID = np.concatenate([np.linspace(-20, 20, 4001), _SMALL, -_SMALL, [-0.0, np.nan]]).astype(np.float32)
# What some linkers make a process flush to zero, on the thread that loads a library.
_SUBNORMAL = 1e-40
# What a function computed in float32 may be off, in parts of the larger of the value and 1.
_TOLERANCE = 1e-5


def compiled_plan(activation: Activation) -> kernels.CompiledActivationPlan:
    """The plan of an activation that has compiled functions.

    The functions are run on a grid from -20 to 20 with NaN. They may differ from the NumPy methods by 1e-5,
    relatively where values are larger than 1, and by some times what those differ from themselves in float32
    and float64.

    Raises:
        PluginError: functions that cannot be called, that compute something else than the NumPy methods, or
            that give a value another result in another place; or a library that changed how numbers round.
    """
    name, compiled = type(activation).__name__, activation.compiled
    assert compiled is not None
    if activation.learns():
        raise PluginError(
            f"{name}: an activation that learns cannot be compiled, since its parameters change; "
            "leave compiled None"
        )
    if np.float32(_SUBNORMAL) * np.float32(1) == 0:
        raise PluginError(
            f"{name}: since a library was loaded, this thread rounds the smallest numbers to zero and others "
            "may not; link the library without -ffast-math (compile with it first, using -c, if you need it)"
        )
    plan = kernels.compiled_activation_plan(
        compiled.value, compiled.derivative, parameters=compiled.parameters, saves=compiled.saves, name=name
    )
    value = np.empty_like(_GRID)
    plan.forward(_GRID, value)
    _compare(name, "value", value, activation.value)
    if not np.isnan(value[np.isnan(_GRID)]).all():
        raise PluginError(f"{name}: the compiled value of NaN is no NaN; let NaN pass, so that faults show")
    saved = _GRID if compiled.saves == "input" else value
    slope = np.empty_like(_GRID)
    plan.backward(saved, np.ones_like(_GRID), slope)
    _compare(name, "derivative", slope, activation.derivative)
    _check_places(name, plan, saved, value, slope)
    return plan


def _compare(name: str, which: str, found: Array, method: _Function) -> None:
    """Raises a PluginError that says where a compiled function is farthest from a NumPy method."""
    expected, exact = np.empty_like(_GRID), np.empty(_GRID.shape)
    with np.errstate(all="ignore"):
        method(_GRID.copy(), expected)
        method(_GRID.astype(np.float64), exact)
        allowed = _TOLERANCE * np.maximum(np.abs(exact), 1) + 4 * np.abs(expected - exact)
        excess = np.abs(found - exact) - allowed
    same = (found == expected) | (np.isnan(found) & np.isnan(expected))
    wrong = np.where(same, 0.0, np.nan_to_num(excess, nan=np.inf, posinf=np.inf, neginf=-np.inf))
    if not (wrong > 0).any():
        return
    worst = int(wrong.argmax())
    raise PluginError(
        f"{name}: the compiled {which} is {found[worst]:.9g} at x = {_GRID[worst]:.9g}, "
        f"where the NumPy {which} is {exact[worst]:.9g} (off by {abs(found[worst] - exact[worst]):.3g}; "
        f"wrong at {np.count_nonzero(wrong > 0)} of {len(_GRID)} points); correct one of the two"
    )


def _check_places(name: str, plan: kernels.ActivationPlan, saved: Array, value: Array, slope: Array) -> None:
    """Raises a PluginError unless every element has the same bits in another place."""
    again = np.empty_like(value)
    plan.forward(np.roll(_GRID, 1), again)
    _check_bits(name, "value", value, np.roll(again, -1))
    plan.backward(np.roll(saved, 1), np.ones_like(saved), again)
    _check_bits(name, "derivative", slope, np.roll(again, -1))


def _check_bits(name: str, which: str, first: Array, second: Array) -> None:
    differs = (first != second) & ~(np.isnan(first) & np.isnan(second))
    if differs.any():
        at = int(differs.argmax())
        raise PluginError(
            f"{name}: the compiled {which} is once {first[at]:.9g}, once {second[at]:.9g} at "
            f"x = {_GRID[at]:.9g}; let it depend on nothing but x and the parameters"
        )
