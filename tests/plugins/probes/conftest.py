"""What probes look at: a stand-in with parameters alone, and a small network at work on a sample."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from convlab.plugin import Parameter, ParameterBuffers, ProbeContext
from convlab.testing.network import moment

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


@pytest.fixture
def make_context() -> MakeContext:
    """Makes a moment: ``make_context(layers, epoch=0, last=False, shape=(8, 8, 1), **for_the_model)``."""
    return moment
