"""Faulty optimizers, each found by the check that is meant for it, and by no other but where one follows."""

from collections.abc import Mapping
from itertools import count
from typing import Any, ClassVar

import numpy as np
import pytest

from convlab import kernels
from convlab.plugin import Array, Closure, Optimizer, ParameterBuffers, claims


class Descent(Optimizer):
    def __init__(self, parameters: ParameterBuffers, *, lr: float = 0.1) -> None:
        super().__init__(parameters, lr)

    def update(self, rate: float) -> None:
        self.move(rate * self.parameters.gradients)

    def move(self, way: Array) -> None:
        self.parameters.values -= way


class Momentum(Descent):
    state_names: ClassVar[tuple[str, ...]] = ("velocity",)

    def __init__(self, parameters: ParameterBuffers, *, lr: float = 0.1) -> None:
        super().__init__(parameters, lr=lr)
        self.velocity = np.zeros_like(parameters.values)

    def update(self, rate: float) -> None:
        self.velocity *= 0.5
        self.velocity += self.parameters.gradients
        self.move(rate * self.velocity)


def makes_a_function(parameters: ParameterBuffers, *, lr: float = 0.1) -> Any:
    return lambda rate: None


class HasAnotherBaseRate(Descent):
    def __init__(self, parameters: ParameterBuffers, *, lr: float = 0.1) -> None:
        super().__init__(parameters, lr=1.5 * lr)


class ForgetsTheSecondHalf(Descent):
    def move(self, way: Array) -> None:
        half = (len(way) + 1) // 2
        self.parameters.values[:half] -= way[:half]


class RestsWhereItIsFlat(Descent):
    def move(self, way: Array) -> None:
        if np.sqrt((self.parameters.gradients**2).sum()) > 0.25:
            super().move(way)


class ClimbsInFloat32(Descent):
    def move(self, way: Array) -> None:
        super().move(-way if way.dtype == np.float32 else way)


class IgnoresTheSchedule(Descent):
    def update(self, rate: float) -> None:
        super().update(self.lr)


class DividesByTheNorm(Descent):
    def move(self, way: Array) -> None:
        with np.errstate(all="ignore"):
            super().move(0.1 * way / np.sqrt((self.parameters.gradients**2).sum()))


class DecaysBiases(Descent):
    def move(self, way: Array) -> None:
        self.parameters.values *= 0.999
        super().move(way)


class MovesFrozenParameters(Descent):
    def update(self, rate: float) -> None:
        for parameter in self.parameters:
            parameter.value -= rate * parameter.gradient


@claims(keeps_gradients=True)
class ScalesTheGradients(Descent):
    def update(self, rate: float) -> None:
        self.parameters.gradients *= rate
        self.move(self.parameters.gradients)


class MakesNewBuffers(Descent):
    def move(self, way: Array) -> None:
        self.parameters.values = self.parameters.values - way


class WidensItsState(Descent):
    state_names: ClassVar[tuple[str, ...]] = ("last",)

    def __init__(self, parameters: ParameterBuffers, *, lr: float = 0.1) -> None:
        super().__init__(parameters, lr=lr)
        self.last = np.zeros_like(parameters.values)

    def update(self, rate: float) -> None:
        super().update(rate)
        self.last = self.parameters.gradients.astype(np.float64)


class AddsNoiseOfItsOwn(Descent):
    seeds = count()

    def __init__(self, parameters: ParameterBuffers, *, lr: float = 0.1) -> None:
        super().__init__(parameters, lr=lr)
        self.rng = np.random.default_rng(next(self.seeds))

    def move(self, way: Array) -> None:
        super().move(way * self.rng.uniform(0.9, 1.1))


class SumsByThread(Descent):
    def move(self, way: Array) -> None:
        super().move(way * np.float32(1 + 1e-3 * kernels.threads()))


class DoesNotCount(Descent):
    def step(self, rate: float, closure: Closure | None = None) -> None:
        self.update(rate)


class HidesItsVelocity(Momentum):
    state_names: ClassVar[tuple[str, ...]] = ()


class CountsForItself(Momentum):
    own_steps = 0

    def update(self, rate: float) -> None:
        self.own_steps += 1
        super().update(rate / (1 + 1 / self.own_steps))


class TakesAnyState(Momentum):
    def load_state(self, state: Mapping[str, Array], steps: int) -> None:
        self.velocity[...] = state["velocity"]
        self.steps = steps


class NeedsAValue(Descent):
    def move(self, way: Array) -> None:
        assert np.abs(way).max() < 1e9
        super().move(way)


@claims(scale_invariant=True)
class ClaimsScaleInvariance(Descent):
    pass


@claims(elementwise=True)
class ClaimsToBeElementwise(Descent):
    def move(self, way: Array) -> None:
        super().move(way / (1 + np.sqrt((way**2).sum())))


PLANTED: list[tuple[Any, list[str], str]] = [
    (makes_a_function, ["is_an_optimizer"], "expected an Optimizer"),
    (HasAnotherBaseRate, ["keeps_its_base_rate"], "lr at the defaults: got 0.15.*, expected 0.1"),
    (ForgetsTheSecondHalf, ["lowers_a_parabola"], "parabola at the default rate: got .*, expected below 0.8"),
    (RestsWhereItIsFlat, ["lowers_the_rosenbrock_valley"], "height in the valley .*: got 0.0242, expected"),
    (ClimbsInFloat32, ["lowers_a_small_convolution"], "loss of the convolution at the default rate: got"),
    (IgnoresTheSchedule, ["follows_the_rate"], "way of three steps at a quarter of the rate: got"),
    (DividesByTheNorm, ["zero_gradients_move_nothing"], "weights that grew after zero gradients in float32"),
    (DecaysBiases, ["zero_gradients_move_nothing"], "biases after zero gradients in float32, index"),
    (MovesFrozenParameters, ["leaves_frozen_parameters"], "frozen parameter after 5 steps"),
    (ScalesTheGradients, ["claimed_gradients_kept"], "gradients after a step, index"),
    (
        MakesNewBuffers,  # nobody but itself sees what it does
        [
            "lowers_a_parabola",
            "lowers_the_rosenbrock_valley",
            "lowers_a_small_convolution",
            "updates_in_place",
        ],
        "buffers after two steps: got others, expected the same arrays",
    ),
    (WidensItsState, ["keeps_dtypes"], "dtype of last after steps in float32: got float64, expected float32"),
    (
        AddsNoiseOfItsOwn,  # and so cannot be resumed
        ["same_gradients_give_the_same", "same_for_any_number_of_threads", "state_restores_exactly"],
        "values after 5 equal steps|values 7 steps after a resume",
    ),
    (SumsByThread, ["same_for_any_number_of_threads"], "values after 2 steps on 2 threads, index"),
    (DoesNotCount, ["counts_its_steps"], "steps after 4 steps: got 0, expected 4"),
    (HidesItsVelocity, ["state_restores_exactly"], "values 7 steps after a resume in float32, index"),
    (CountsForItself, ["state_restores_exactly"], "values 7 steps after a resume in float32, index"),
    (TakesAnyState, ["refuses_the_state_of_another"], "got taken, expected RecordError"),
    (NeedsAValue, ["takes_an_empty_model"], "raised ValueError: zero-size array"),
    (ClaimsScaleInvariance, ["claimed_scale_invariance"], "with gradients 64 times as large"),
    (ClaimsToBeElementwise, ["claimed_elementwise"], "other values after 4 steps"),
]


@pytest.mark.parametrize(
    ("planted", "meant", "message"), PLANTED, ids=lambda item: getattr(item, "__name__", "")
)
def test_the_fault_is_found(planted: Any, meant: list[str], message: str, finds: Any) -> None:
    finds("optimizer", planted, meant, message)


@claims(elementwise=True)
class Good(Momentum):
    pass


@pytest.mark.parametrize("good", [Descent, Momentum, Good])
def test_nothing_is_found_where_nothing_is_wrong(good: Any, failures: Any) -> None:
    assert failures("optimizer", good) == {}
