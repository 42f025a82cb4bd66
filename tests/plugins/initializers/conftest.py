"""What the tests of initializers share."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convlab.plugin import Array, InitializerSpec
from convlab_plugins.initializers import OFFERS

Initialize = Callable[..., Array]


@pytest.fixture
def initialize() -> Initialize:
    """Calls an initializer of this package on an array of a shape, for the activation relu or none."""

    def call(
        name: str,
        shape: tuple[int, ...],
        *,
        role: str | None = None,
        groups: int = 1,
        relu: bool = False,
        weight_shape: tuple[int, ...] | None = None,
        layer_index: int = 0,
        depth: int = 1,
        seed: int = 0,
        **config: Any,
    ) -> Array:
        default_role = {4: "conv_weight", 2: "dense_weight", 1: "bias"}[len(shape)]
        spec = InitializerSpec(
            shape,
            role or default_role,  # type: ignore[arg-type]
            "layer",
            layer_index=layer_index,
            depth=depth,
            groups=groups,
            gain=2**0.5 if relu else 1.0,
            weight_shape=weight_shape,
        )
        array: Array = OFFERS[name](spec, np.random.default_rng(seed), **config)
        return array

    return call
