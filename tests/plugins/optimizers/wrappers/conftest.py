"""What the tests of wrappers share: a small network's parameters, and a loss that bends."""

from collections.abc import Callable

import numpy as np
import pytest

from convlab.plugin import Closure, Look, Optimizer, Parameter, ParameterBuffers


class Bending(Closure):
    """The loss sum(cosh(w - c)) over all values, with a centre for each."""

    examples = 1

    def __init__(self, parameters: ParameterBuffers) -> None:
        self.parameters = parameters
        self.centres = np.linspace(-1.0, 1.0, parameters.values.size)

    def __call__(self) -> float:
        away = self.parameters.values - self.centres
        np.sinh(away, out=self.parameters.gradients)
        return float(np.cosh(away).sum())

    def with_sampled_labels(self, look: Look | None = None) -> float:
        return self()


@pytest.fixture
def network() -> ParameterBuffers:
    made = ParameterBuffers(
        [
            Parameter("conv1.weight", "conv_weight", (3, 2, 2, 2)),
            Parameter("conv1.bias", "bias", (3,)),
            Parameter("dense1.weight", "dense_weight", (2, 5)),
            Parameter("dense1.bias", "bias", (2,)),
        ],
        np.float64,
    )
    made.values[...] = np.random.default_rng(0).standard_normal(made.values.size)
    return made


@pytest.fixture
def train(network: ParameterBuffers) -> Callable[[Optimizer, int], list[np.ndarray]]:
    """Takes steps on the bending loss; gives the values after each."""

    def steps(optimizer: Optimizer, count: int) -> list[np.ndarray]:
        loss, seen = Bending(network), []
        for _ in range(count):
            loss()
            optimizer.step(optimizer.lr, loss)
            seen.append(network.values.copy())
        return seen

    return steps
