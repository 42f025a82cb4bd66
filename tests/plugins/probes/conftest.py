"""A stand-in for a network, with the parameters that probes may look at."""

from dataclasses import dataclass

import numpy as np
import pytest

from convlab.plugin import Parameter, ParameterBuffers


@dataclass
class StandIn:
    """What a probe may rely on: the parameters."""

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
