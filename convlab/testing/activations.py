"""The contract of activations."""

from collections.abc import Callable
from typing import Any

import numpy as np

from convlab import kernels
from convlab.contracts.activation import Activation, ActivationPlace
from convlab.contracts.parameter import Array, Parameter, ParameterBuffers
from convlab.errors import PluginError
from convlab.layers.compiled_activation import compiled_plan
from convlab.testing.expectations import NotApplicableError, expect, expect_close, expect_same
from convlab.testing.subject import Subject

_DTYPES = (np.float32, np.float64)
# where the corners of published functions are, and many places where there is none
_CORNERS = np.arange(-16, 17) / 2.0


def check_is_an_activation(subject: Subject) -> None:
    """The factory makes an `convlab.plugin.Activation`."""
    made = subject.build()
    expect(isinstance(made, Activation), "made", where="at the defaults", got=made, expected="an Activation")


def check_derivative_is_the_slope(subject: Subject) -> None:
    """Away from corners the derivative agrees with central differences in float64."""
    _expect_slope(_activation(subject), np.random.default_rng(0).uniform(-8, 8, 4001), "on [-8, 8]")


def check_derivative_in_a_layer(subject: Subject) -> None:
    """As a layer of three channels has it, with what it learns or draws there, it has its own slope."""
    f, _ = _placed(subject)
    if type(f).placed is Activation.placed:
        raise NotApplicableError("is the same in every layer")
    _expect_slope(f, np.random.default_rng(0).normal(0, 2, (2, 400, 5, 3)), "in a layer")


def check_gradients_of_what_it_learns(subject: Subject) -> None:
    """The gradients of learned parameters agree with central differences in float64."""
    f, learned = _placed(subject)
    expect(
        f.learns() == bool(learned), "learns()", where="in a layer", got=f.learns(), expected=bool(learned)
    )
    if not learned:
        raise NotApplicableError("learns nothing")
    x, gradient = np.random.default_rng(0).normal(0, 2, (2, 2, 400, 5, 3))
    f.backward_parameters(x, gradient, np.empty_like(x))
    step = 1e-6
    for parameter in learned:
        for entry in range(parameter.size):
            kept, sums = parameter.value[entry], []
            for shift in (step, -step):
                parameter.value[entry] = kept + shift
                sums.append(float((evaluated(f.value, x) * gradient).sum()))
            parameter.value[entry] = kept
            found, slope = float(parameter.gradient[entry]), (sums[0] - sums[1]) / (2 * step)
            fine = abs(found - slope) <= 1e-5 * abs(slope) + 1e-6
            what = f"gradient of '{parameter.name}'"
            expect(fine, what, where=f"at {entry}", got=f"{found:.8g}", expected=f"{slope:.8g}")


def check_derivative_at_corners(subject: Subject) -> None:
    """At 0 and every half up to 8, where corners are, the derivative lies between the slopes beside it."""
    f, step = _activation(subject), 1e-6
    x = _CORNERS.copy()
    below, here, above = (evaluated(f.value, x + shift) for shift in (-step, 0.0, step))
    left, right = (here - below) / step, (above - here) / step
    got = evaluated(f.derivative, x)
    tolerance = 1e-4 * (1 + np.abs(left) + np.abs(right))
    low, high = np.minimum(left, right) - tolerance, np.maximum(left, right) + tolerance
    for place in np.flatnonzero(~((low <= got) & (got <= high))):
        expect(
            False,
            "derivative",
            where=f"at x = {x[place]:g}",
            got=f"{got[place]:g}",
            expected=f"between the slopes {left[place]:.6g} on the left and {right[place]:.6g} on the right",
        )


def check_float32_agrees_with_float64(subject: Subject) -> None:
    """float32 gives what float64 gives, to float32's precision."""
    f = _activation(subject)
    x = _wide_inputs()
    for name, method in _methods(f):
        single, double = evaluated(method, x), evaluated(method, x.astype(np.float64))
        expect_close(f"{name} in float32", "beside float64", single, double, rtol=1e-5, atol=1e-6, at=x)


def check_finite_for_large_inputs(subject: Subject) -> None:
    """Inputs from -100 to 100 give finite values and derivatives, in float32 too."""
    f = _activation(subject)
    for dtype in _DTYPES:
        x = _wide_inputs().astype(dtype)
        for name, method in _methods(f):
            bad = x[~np.isfinite(evaluated(method, x))]
            where = f"in {np.dtype(dtype)}"
            expect(
                bad.size == 0, f"inputs without a finite {name}", where=where, got=bad[:3], expected="none"
            )


def check_takes_any_shape(subject: Subject) -> None:
    """Four dimensions give what one gives, and an empty array an empty one."""
    f = _activation(subject)
    for dtype in _DTYPES:
        flat = np.random.default_rng(0).standard_normal(2 * 3 * 5 * 7).astype(dtype)
        for name, method in _methods(f):
            shaped = evaluated(method, flat.reshape(2, 3, 5, 7))
            expect_same(name, "of shape (2, 3, 5, 7)", shaped.ravel(), evaluated(method, flat))
            evaluated(method, flat.reshape(2, 3, 5, 7)[:0])


def check_leaves_its_input(subject: Subject) -> None:
    """The input is as it was."""
    f = _activation(subject)
    for dtype in _DTYPES:
        x = np.linspace(-3, 3, 61).astype(dtype)
        for name, method in _methods(f):
            given = x.copy()
            method(given, np.zeros_like(x))
            expect_same("input", f"after the {name}, in {np.dtype(dtype)}", given, x)


def check_ignores_what_out_held(subject: Subject) -> None:
    """All of ``out`` is written, whatever it held before."""
    f, x = _activation(subject), np.linspace(-3, 3, 61)
    for name, method in _methods(f):
        clean, dirty = evaluated(method, x, fill=0.0), evaluated(method, x, fill=123.0)
        expect_same(name, "where 'out' held 123 instead of 0", dirty, clean)


def check_has_no_memory(subject: Subject) -> None:
    """A result does not depend on what was computed before."""
    f, x = _activation(subject), np.linspace(-3, 3, 61)
    first = {name: evaluated(method, x) for name, method in _methods(f)}
    for _, method in _methods(f):
        evaluated(method, x[::-1] + 1)
    for name, method in reversed(_methods(f)):
        expect_same(name, "after other inputs", evaluated(method, x), first[name])


def check_passes_nan_on(subject: Subject) -> None:
    """NaN gives NaN where it is and nowhere else, so that a broken training is noticed."""
    f = _activation(subject)
    for dtype in _DTYPES:
        x = np.linspace(-2, 2, 37).astype(dtype)
        x[[0, 17, 36]] = np.nan
        found = np.flatnonzero(np.isnan(evaluated(f.value, x))).tolist()
        expect(
            found == [0, 17, 36],
            "places of NaN in the value",
            where=f"in {np.dtype(dtype)}",
            got=found,
            expected=[0, 17, 36],
        )


def check_gain_is_positive(subject: Subject) -> None:
    """The gain is a finite number above 0."""
    gain = _activation(subject).gain
    expect(0 < gain < np.inf, "gain", where="at the defaults", got=gain, expected="above 0 and finite")


def check_native_is_its_kernel(subject: Subject) -> None:
    """The compiled kernel that it names, which convolution fuses, computes the same bits."""
    f = _activation(subject)
    if f.native is None:
        raise NotApplicableError("names no compiled kernel")
    known = kernels.native_activations()
    expect(f.native in known, "native", where="at the defaults", got=f.native, expected=sorted(known))
    given, taken = set(f.native_parameters), set(known[f.native].parameters)
    expect(given == taken, "native_parameters", where="at the defaults", got=given, expected=taken)
    x = np.linspace(-5, 5, 101, dtype=np.float32)
    parameters = dict(f.native_parameters)
    fused = kernels.activation_forward(x, f.native, out=None, **parameters)
    expect_same("value", f"beside the kernel '{f.native}'", evaluated(f.value, x), fused)


def check_compiled_agrees_with_numpy(subject: Subject) -> None:
    """Its compiled functions, which convolution fuses, compute what the NumPy methods do."""
    f = _activation(subject)
    if f.compiled is None:
        raise NotApplicableError("has no compiled functions")
    try:
        compiled_plan(f)
    except PluginError as error:
        raise AssertionError(str(error)) from None


def check_claimed_gain(subject: Subject) -> None:
    """The gain is the claimed one, to four digits."""
    claimed, gain = float(subject.claim("gain")), _activation(subject).gain
    holds = abs(gain - claimed) <= 1e-3 * abs(claimed)
    expect(holds, "gain", where="at the defaults", got=f"{gain:.5g}", expected=f"{claimed:.5g}, as claimed")


def check_claimed_monotone(subject: Subject) -> None:
    """A function that claims never to fall does not."""
    if not subject.claim("monotone"):
        raise NotApplicableError("claims no 'monotone'")
    f, x = _activation(subject), np.linspace(-20, 20, 8001)
    falls = x[1:][np.diff(evaluated(f.value, x)) < -1e-12]
    expect(not falls.size, "places where it falls", where="on [-20, 20]", got=falls[:3], expected="none")


def check_claimed_odd(subject: Subject) -> None:
    """A function that claims to be odd is."""
    if not subject.claim("odd"):
        raise NotApplicableError("claims no 'odd'")
    f, x = _activation(subject), np.linspace(0, 20, 4001)
    mirrored = -evaluated(f.value, -x)
    expect_close("-f(-x)", "on [0, 20]", mirrored, evaluated(f.value, x), rtol=1e-12, atol=1e-12, at=x)


def check_claimed_bounds(subject: Subject) -> None:
    """The values keep to the claimed bounds."""
    low, high = subject.claim("bounds")
    values = evaluated(_activation(subject).value, np.linspace(-100, 100, 20001))
    found = (float(values.min()), float(values.max()))
    holds = low <= found[0] and found[1] <= high
    expect(holds, "range of values", where="on [-100, 100]", got=found, expected=f"within [{low}, {high}]")


def evaluated(method: Callable[[Array, Array], None], x: Array, fill: float = 0.0) -> Array:
    """What `value` or `derivative` writes for an input, of which it sees a copy."""
    out = np.full_like(x, fill)
    method(x.copy(), out)
    return out


def _methods(f: Activation) -> list[tuple[str, Callable[[Array, Array], None]]]:
    return [("value", f.value), ("derivative", f.derivative)]


def _expect_slope(f: Activation, x: Array, where: str) -> None:
    step = 1e-5
    below, here, above = (evaluated(f.value, x + shift) for shift in (-step, 0.0, step))
    smooth = np.abs((above - here) - (here - below)) / step < 1e-3  # a corner bends within one step
    share = float(smooth.mean())
    expect(share > 0.99, "share of smooth places", where=where, got=share, expected="> 0.99")
    slope, got = (above - below) / (2 * step), evaluated(f.derivative, x)
    expect_close("derivative", where, got[smooth], slope[smooth], rtol=1e-6, atol=1e-8, at=x[smooth])


def _placed(subject: Subject, channels: int = 3) -> tuple[Activation, list[Parameter]]:
    """The activation as a layer of so many channels has it, and what it learns there."""
    declared: list[Parameter] = []
    initials: list[Array] = []

    def declare(name: str, initial: Array) -> Parameter:
        fine = initial.shape in {(channels,), (1,)}
        where, expected = f"of '{name}'", f"({channels},) or (1,)"
        expect(fine, "shape", where=where, got=initial.shape, expected=expected)
        declared.append(Parameter(f"here.activation_{name}", "activation", initial.shape))
        initials.append(initial)
        return declared[-1]

    place = ActivationPlace(channels, declare, lambda: np.random.default_rng(5))
    made = _activation(subject).placed(place)
    ParameterBuffers(declared, np.float64)
    for parameter, initial in zip(declared, initials, strict=True):
        parameter.value[...] = initial
    return made, declared


def _activation(subject: Subject) -> Activation:
    made = subject.build()
    if not isinstance(made, Activation):
        raise NotApplicableError("is no Activation")
    return made


def _wide_inputs() -> Any:
    return np.concatenate([np.linspace(-20, 20, 4001), [-100, -1e-30, 0, 1e-30, 100]]).astype(np.float32)
