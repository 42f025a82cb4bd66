"""Faulty activations, each found by the check that is meant for it and by no other."""

from typing import Any, ClassVar

import numpy as np
import pytest

from convlab.plugin import Activation, Array, CompiledActivation, LearnedActivation, claims


class Tanh(Activation):
    def value(self, x: Array, out: Array) -> None:
        np.tanh(x, out=out)

    def derivative(self, x: Array, out: Array) -> None:
        out[...] = 1 - np.tanh(x) ** 2


class Relu(Activation):
    def value(self, x: Array, out: Array) -> None:
        np.maximum(x, 0, out=out)

    def derivative(self, x: Array, out: Array) -> None:
        out[...] = x > 0


class HasAnotherSlopeForAWhile(Tanh):
    def derivative(self, x: Array, out: Array) -> None:
        super().derivative(x, out)
        out[(x > 1.103) & (x < 1.397)] *= 2


class IsSlightlyOffBelowMinusSeven(Tanh):
    def derivative(self, x: Array, out: Array) -> None:
        super().derivative(x, out)
        out[x < -7] += 1e-5


class JumpsAtItsCorner(Relu):
    def derivative(self, x: Array, out: Array) -> None:
        out[...] = np.where(x == 0, 5.0, x > 0)


class IsNotANumberAtItsCorner(Relu):
    def derivative(self, x: Array, out: Array) -> None:
        super().derivative(x, out)
        if x.dtype == np.float64 and x.size == 33:
            out[x == 0] = np.nan


class RoundsInFloat32(Tanh):
    def value(self, x: Array, out: Array) -> None:
        out[...] = np.tanh(x.astype(np.float16) if x.dtype == np.float32 else x)


class IsInfiniteAtAHundred(Activation):
    def value(self, x: Array, out: Array) -> None:
        out[...] = np.where(np.abs(x) >= 100, np.inf, x)

    def derivative(self, x: Array, out: Array) -> None:
        out[...] = 1.0


class NeedsAnElement(Tanh):
    def value(self, x: Array, out: Array) -> None:
        assert x.max() < 1e9 or np.isnan(x).any()
        super().value(x, out)


class SeesFourDimensionsOtherwise(Tanh):
    def derivative(self, x: Array, out: Array) -> None:
        super().derivative(x, out)
        if x.ndim == 4:
            out[:, 0] = 0


class WritesOverItsInput(Tanh):
    def value(self, x: Array, out: Array) -> None:
        np.tanh(x, out=x)
        out[...] = x


class AddsToWhatIsThere(Tanh):
    def derivative(self, x: Array, out: Array) -> None:
        out += 1 - np.tanh(x) ** 2


class LeavesTheRestAlone(Relu):
    def value(self, x: Array, out: Array) -> None:
        np.maximum(x, 0, out=out, where=~(x <= 0))


class RemembersItsWayBack(Tanh):
    scale = 1.0

    def value(self, x: Array, out: Array) -> None:
        out[...] = self.scale * np.tanh(x)

    def derivative(self, x: Array, out: Array) -> None:
        super().derivative(x, out)
        self.scale = 0.5


class SwallowsNotANumber(Relu):
    def value(self, x: Array, out: Array) -> None:
        out[...] = np.where(x > 0, x, 0)


class SpreadsNotANumber(Tanh):
    def value(self, x: Array, out: Array) -> None:
        super().value(x, out)
        if np.isnan(x).any():
            out[...] = np.nan


class HasNoGain(Tanh):
    gain = float("nan")  # type: ignore[assignment]


class HasAGainBelowZero(Tanh):
    gain = -1.0  # type: ignore[assignment]


class NamesAnotherKernel(Tanh):
    native: ClassVar[str | None] = "sigmoid"


class NamesNoKernel(Tanh):
    native: ClassVar[str | None] = "nothing"


class ForgetsAParameter(Relu):
    native: ClassVar[str | None] = "leaky_relu"


class CannotBeCalled(Tanh):
    compiled = CompiledActivation(value=0, derivative=0)


@claims(gain=1.0)
class ClaimsAnotherGain(Tanh):
    pass


@claims(monotone=True)
class ClaimsToRise(Activation):
    def value(self, x: Array, out: Array) -> None:
        np.sin(x, out=out)

    def derivative(self, x: Array, out: Array) -> None:
        np.cos(x, out=out)


@claims(odd=True)
class ClaimsToBeOdd(Relu):
    pass


@claims(bounds=(0.0, 6.0))
class ClaimsBounds(Relu):
    pass


class Scaled(LearnedActivation):
    def initial_parameters(self, channels: int) -> dict[str, Array]:
        return {"scale": np.linspace(1, 2, channels)}

    def value(self, x: Array, out: Array) -> None:
        np.multiply(x, self.parameter("scale", x), out=out)

    def derivative(self, x: Array, out: Array) -> None:
        out[...] = self.parameter("scale", x)

    def parameter_derivative(self, name: str, x: Array, out: Array) -> None:
        np.copyto(out, x)


class HasAnotherGradient(Scaled):
    def parameter_derivative(self, name: str, x: Array, out: Array) -> None:
        np.multiply(x, 2, out=out)


class ForgetsWhatItLearned(Scaled):
    def derivative(self, x: Array, out: Array) -> None:
        super().derivative(x, out)
        if x.ndim == 4 and x.shape[-1] == 3:
            out[...] = 1


def makes_a_function() -> Any:
    return np.tanh


PLANTED: list[tuple[Any, str, str]] = [
    (
        makes_a_function,
        "is_an_activation",
        "made at the defaults: got <ufunc 'tanh'>, expected an Activation",
    ),
    (
        HasAnotherSlopeForAWhile,
        "derivative_is_the_slope",
        r"derivative on \[-8, 8\], x = .*: got .*, expected ",
    ),
    (IsSlightlyOffBelowMinusSeven, "derivative_is_the_slope", r"derivative on \[-8, 8\], x = -7"),
    (HasAnotherGradient, "gradients_of_what_it_learns", "gradient of 'here.activation_scale' at 0: got"),
    (
        ForgetsWhatItLearned,
        "derivative_in_a_layer",
        "derivative in a layer, x = .*: got 1.0, expected 1.4999",
    ),
    (JumpsAtItsCorner, "derivative_at_corners", "derivative at x = 0: got 5, expected between the slopes 0 "),
    (IsNotANumberAtItsCorner, "derivative_at_corners", "derivative at x = 0: got nan"),
    (RoundsInFloat32, "float32_agrees_with_float64", "value in float32 beside float64, x = "),
    (
        IsInfiniteAtAHundred,
        "finite_for_large_inputs",
        r"inputs without a finite value .*: got \[-100.  100.\]",
    ),
    (NeedsAnElement, "takes_any_shape", "raised ValueError: zero-size array"),
    (SeesFourDimensionsOtherwise, "takes_any_shape", r"derivative of shape \(2, 3, 5, 7\), index \(0,\)"),
    (WritesOverItsInput, "leaves_its_input", "input after the value, in float32"),
    (AddsToWhatIsThere, "ignores_what_out_held", "derivative where 'out' held 123 instead of 0"),
    (LeavesTheRestAlone, "ignores_what_out_held", "value where 'out' held 123 instead of 0"),
    (RemembersItsWayBack, "has_no_memory", "value after other inputs"),
    (SwallowsNotANumber, "passes_nan_on", r"places of NaN .*: got \[\], expected \[0, 17, 36\]"),
    (SpreadsNotANumber, "passes_nan_on", r"places of NaN in the value in float32: got \[0, 1, 2"),
    (HasNoGain, "gain_is_positive", "gain at the defaults: got nan"),
    (HasAGainBelowZero, "gain_is_positive", "gain at the defaults: got -1.0, expected above 0 and finite"),
    (NamesAnotherKernel, "native_is_its_kernel", "value beside the kernel 'sigmoid'"),
    (NamesNoKernel, "native_is_its_kernel", "native at the defaults: got nothing, expected .*'relu'"),
    (CannotBeCalled, "compiled_agrees_with_numpy", "CannotBeCalled: compiled value is NULL"),
    (ForgetsAParameter, "native_is_its_kernel", r"native_parameters at the defaults: got set\(\)"),
    (ClaimsAnotherGain, "claimed_gain", "gain at the defaults: got 1.59.*, expected 1, as claimed"),
    (ClaimsToRise, "claimed_monotone", r"places where it falls on \[-20, 20\]"),
    (ClaimsToBeOdd, "claimed_odd", r"-f\(-x\) on \[0, 20\], x = 0.005"),
    (ClaimsBounds, "claimed_bounds", r"range of values .*: got \(0.0, 100.0\), expected within \[0.0, 6.0\]"),
]


@pytest.mark.parametrize(
    ("planted", "check", "message"), PLANTED, ids=lambda item: getattr(item, "__name__", "")
)
def test_the_fault_is_found(planted: Any, check: str, message: str, finds: Any) -> None:
    finds("activation", planted, [check], message)


@pytest.mark.parametrize(
    "good", [Tanh, Relu, claims(odd=True, monotone=True, bounds=(-1, 1), gain=1.5925)(Tanh)]
)
def test_nothing_is_found_where_nothing_is_wrong(good: Any, failures: Any) -> None:
    assert failures("activation", good) == {}
