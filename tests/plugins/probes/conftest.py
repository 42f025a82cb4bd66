"""What probes look at: a stand-in with parameters alone, and a small network at work on a sample."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from convlab import Model
from convlab.losses import SoftmaxCrossEntropy
from convlab.observation import Observer
from convlab.plugin import (
    ActivationLayer,
    BatchNorm,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    MaxPool2D,
    Parameter,
    ParameterBuffers,
    ProbeContext,
    Residual,
    Split,
)
from convlab.preprocessing import Preprocessing

MakeContext = Callable[..., ProbeContext]


@dataclass
class StandIn:
    """What a probe that defines `observe` may rely on: the parameters."""

    parameters: ParameterBuffers


@pytest.fixture
def model() -> StandIn:
    parameters = ParameterBuffers(
        [
            Parameter("conv1.weight", "conv_weight", (4, 3, 3, 1)),
            Parameter("conv1.bias", "bias", (4,)),
            Parameter("frozen.weight", "conv_weight", (2, 1, 1, 4), trainable=False),
            Parameter("norm1.scale", "scale", (2,)),
            Parameter("dense1.weight", "dense_weight", (10, 2)),
        ]
    )
    rng = np.random.default_rng(0)
    for parameter in parameters:
        parameter.value[...] = rng.normal(size=parameter.shape)
    return StandIn(parameters)


def some_of_everything() -> list[Layer]:
    return [
        Conv2D(4, 3, padding="same", trainable=False, name="frozen"),
        Conv2D(10, 3, padding="same", activation="relu", name="conv1"),
        MaxPool2D(2),
        Residual([Conv2D(10, 3, padding="same"), BatchNorm()], activation="tanh", name="block"),
        ActivationLayer("gelu", name="alone"),
        Flatten(),
        Dense(10, name="dense1"),
    ]


@pytest.fixture
def make_context() -> MakeContext:
    """Makes a moment: ``make_context(layers, epoch=0, last=False, inputs=noise, **for_the_model)``."""

    def make(
        layers: Callable[[], list[Layer]] = some_of_everything,
        *,
        epoch: int = 0,
        last: bool = False,
        shape: tuple[int, int, int] = (8, 8, 1),
        **choices: Any,
    ) -> ProbeContext:
        rng = np.random.default_rng(0)
        split = Split(rng.integers(0, 256, (24, *shape), np.uint8), np.arange(24) % 10)
        preprocessing = Preprocessing.fitted(split.images)
        model = Model(layers(), shape, preprocessing=preprocessing, **choices)
        observer = Observer(Model(layers(), shape, **choices), SoftmaxCrossEntropy())

        def take_sample() -> Any:
            observer.follow(model)
            return observer.observe(split)

        return ProbeContext(model, epoch, last, take_sample)

    return make
