"""What the papers say of their steps: which do not depend on the size of gradients, and how long they are."""

from typing import Any

import numpy as np
import pytest

from convlab.plugin import Array, Parameter, ParameterBuffers
from convlab_plugins.optimizers import OFFERS


def made() -> ParameterBuffers:
    parameters = ParameterBuffers(
        [
            Parameter("conv1.weight", "conv_weight", (4, 3, 3, 2)),
            Parameter("dense1.weight", "dense_weight", (5, 6)),
        ],
        np.float64,
    )
    parameters.values[...] = np.random.default_rng(0).standard_normal(parameters.values.size)
    return parameters


def trained(name: str, scale: float, steps: int = 20, **config: Any) -> Array:
    """The values after steps along random gradients of a scale."""
    parameters = made()
    optimizer = OFFERS[name](parameters, **config)
    rng = np.random.default_rng(1)
    for _ in range(steps):
        parameters.gradients[...] = scale * rng.standard_normal(parameters.values.size)
        optimizer.step(optimizer.lr)
    return parameters.values


TINY = {"epsilon": 1e-30}
WITHOUT_SCALE: dict[str, dict[str, float]] = {
    "adabelief": TINY,
    "adafactor": TINY,
    "adam": TINY,
    "adamax": TINY,
    "adan": TINY,
    "ademamix": TINY,
    "adopt": TINY,
    "amsgrad": TINY,
    "d_adaptation": TINY,
    "dog": TINY,
    "lamb": TINY,
    "lars": {},
    "lion": {},
    "nadam": TINY,
    "novograd": TINY,
    "prodigy": TINY,
    "rprop": {},
    "signsgd": {},
    "signum": {},
}


@pytest.mark.parametrize("name", WITHOUT_SCALE)
def test_the_size_of_gradients_does_not_matter(name: str) -> None:
    small, large = (trained(name, scale, **WITHOUT_SCALE[name]) for scale in (1.0, 1024.0))
    np.testing.assert_allclose(small, large, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["sgd", "radam", "yogi", "madgrad"])
def test_where_it_matters_this_is_seen(name: str) -> None:
    assert np.abs(trained(name, 1.0) - trained(name, 1024.0)).max() > 1e-3


@pytest.mark.parametrize(("name", "config", "part"), [("lamb", {}, 0.01), ("lars", {"trust": 0.02}, 0.002)])
def test_layers_move_by_a_part_of_their_norm(name: str, config: dict[str, float], part: float) -> None:
    parameters = made()
    before = parameters.values.copy()
    optimizer = OFFERS[name](parameters, **config)
    parameters.gradients[...] = np.random.default_rng(1).standard_normal(before.size)
    optimizer.step(optimizer.lr)
    for layer in (slice(0, 72), slice(72, 102)):
        moved = np.sqrt(((parameters.values - before)[layer] ** 2).sum())
        assert moved == pytest.approx(part * np.sqrt((before[layer] ** 2).sum()), rel=1e-9)


@pytest.mark.parametrize("name", ["lion", "signsgd", "signum"])
def test_every_weight_moves_by_the_rate(name: str) -> None:
    found = trained(name, 1.0, steps=1, lr=0.25)
    np.testing.assert_allclose(np.abs(found - made().values), 0.25, rtol=1e-12)


def test_the_distance_over_gradients_is_measured_from_the_start() -> None:
    parameters = made()
    start = parameters.values.copy()
    optimizer: Any = OFFERS["dog"](parameters)
    farthest = 0.0
    for seed in range(30):
        parameters.gradients[...] = parameters.values + np.random.default_rng(seed).standard_normal(102)
        farthest = max(farthest, float(np.sqrt(((parameters.values - start) ** 2).sum())))
        optimizer.step(optimizer.lr)
    floor = 0.05 * (1 + np.sqrt((start**2).sum()))
    assert float(optimizer.distance[0]) == pytest.approx(max(farthest, floor), rel=1e-12)
