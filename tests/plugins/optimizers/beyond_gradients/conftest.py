"""What the tests share: parameters with weights and biases, and a loss that bends."""

from collections.abc import Callable

import numpy as np
import pytest

from convlab.plugin import Closure, Look, Parameter, ParameterBuffers


class Bending(Closure):
    """The loss sum(cosh(a (w - c))) over all values, with a centre and a steepness for each."""

    examples = 8

    def __init__(self, parameters: ParameterBuffers) -> None:
        self.parameters = parameters
        self.centres = np.linspace(-1.0, 1.0, parameters.values.size)
        self.steepness = np.linspace(0.5, 2.0, parameters.values.size)
        self.sampled = 0

    def __call__(self) -> float:
        away = self.steepness * (self.parameters.values - self.centres)
        self.parameters.gradients[...] = self.steepness * np.sinh(away)
        return float(np.cosh(away).sum())

    def with_sampled_labels(self, look: Look | None = None) -> float:
        """A gradient of its own for every call."""
        self.sampled += 1
        rng = np.random.default_rng(self.sampled)
        self.parameters.gradients[...] = rng.standard_normal(self.parameters.values.size)
        return 0.0


@pytest.fixture
def parameters() -> ParameterBuffers:
    made = ParameterBuffers(
        [Parameter("dense1.weight", "dense_weight", (3, 4)), Parameter("dense1.bias", "bias", (3,))],
        np.float64,
    )
    made.values[...] = np.random.default_rng(0).standard_normal(made.values.size)
    return made


@pytest.fixture
def bending(parameters: ParameterBuffers) -> Callable[[], Bending]:
    return lambda: Bending(parameters)
