"""What the tests of optimizers share."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convlab.plugin import Parameter, ParameterBuffers

MakeBuffers = Callable[..., ParameterBuffers]


@pytest.fixture
def make_buffers() -> MakeBuffers:
    """Buffers of random values: `weights` decayed entries, then `biases` that are not."""

    def make(weights: int = 2, biases: int = 1, dtype: Any = np.float64) -> ParameterBuffers:
        made = ParameterBuffers(
            [
                Parameter("dense1.bias", "bias", (biases,)),
                Parameter("dense1.weight", "dense_weight", (1, weights)),
            ],
            dtype,
        )
        made.values[...] = np.random.default_rng(0).standard_normal(made.values.size)
        return made

    return make
