"""The random initializers have the variance, the bounds and the shape that they claim.

A sample of n numbers from a distribution of kurtosis k has a variance whose relative standard deviation is
sqrt((k - 1)/n), and a mean of standard deviation std/sqrt(n). Each bound is five of these: a correct
initializer with another seed fails one test in 1.7 million, the whole table less than once in 20,000 times.
"""

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np
import pytest

from convlab.plugin import Array

SIGMAS = 5
SHAPE = (64, 3, 3, 48)  # fan_in 432, fan_out 576
FAN_IN, FAN_OUT = 432, 576
GROUPED = {"shape": (64, 3, 3, 24), "groups": 2}  # fan_in 216, fan_out 288
UNIFORM, NORMAL, TRUNCATED = 9 / 5, 3.0, 2.3652  # kurtosis
TRUNCATED_STD = 0.87962566

# name, config, what differs from SHAPE, variance, kurtosis
CLAIMS: list[tuple[str, dict[str, Any], dict[str, Any], float, float]] = [
    ("normal", {}, {}, 0.05**2, NORMAL),
    ("normal", {"std": 2.0}, {}, 4.0, NORMAL),
    ("uniform", {}, {}, 0.05**2 / 3, UNIFORM),
    ("uniform", {"limit": 3.0}, {}, 3.0, UNIFORM),
    ("truncated_normal", {}, {}, (0.05 * TRUNCATED_STD) ** 2, TRUNCATED),
    ("variance_scaling", {}, {}, 1 / FAN_IN, TRUNCATED),
    ("variance_scaling", {"mode": "fan_out"}, {}, 1 / FAN_OUT, TRUNCATED),
    ("variance_scaling", {"mode": "fan_avg", "distribution": "uniform"}, {}, 2 / (FAN_IN + FAN_OUT), UNIFORM),
    ("variance_scaling", {"mode": "fan_geo_avg", "scale": 3.0}, {}, 3 / sqrt(FAN_IN * FAN_OUT), TRUNCATED),
    ("variance_scaling", {"mode": "fan_out", "distribution": "normal"}, GROUPED, 1 / 288, NORMAL),
    ("variance_scaling", {"scale": "auto", "distribution": "normal"}, {"relu": True}, 2 / FAN_IN, NORMAL),
    ("glorot_uniform", {}, {}, 2 / (FAN_IN + FAN_OUT), UNIFORM),
    ("glorot_normal", {}, {}, 2 / (FAN_IN + FAN_OUT), TRUNCATED),
    ("glorot_normal_untruncated", {}, {}, 2 / (FAN_IN + FAN_OUT), NORMAL),
    ("he_uniform", {}, {}, 2 / FAN_IN, UNIFORM),
    ("he_normal", {}, {}, 2 / FAN_IN, TRUNCATED),
    ("he_normal", {"negative_slope": 0.5}, {}, 1.6 / FAN_IN, TRUNCATED),
    ("he_normal", {}, GROUPED, 2 / 216, TRUNCATED),
    ("he_normal", {}, {"shape": (300, 200)}, 2 / 200, TRUNCATED),
    ("lecun_uniform", {}, {}, 1 / FAN_IN, UNIFORM),
    ("lecun_normal", {}, {}, 1 / FAN_IN, TRUNCATED),
    ("torch_default", {}, {}, 1 / (3 * FAN_IN), UNIFORM),
    ("dirac", {}, {"shape": (300, 200), "relu": True}, 2 / 200, NORMAL),
    ("sobel", {}, {"shape": (300, 200), "relu": True}, 2 / 200, NORMAL),
    ("gabor", {}, {"shape": (200, 1, 1, 300)}, 1 / 300, NORMAL),
]


@pytest.mark.parametrize(("name", "config", "layer", "variance", "kurtosis"), CLAIMS)
def test_moments_are_those_claimed(
    name: str,
    config: dict[str, Any],
    layer: dict[str, Any],
    variance: float,
    kurtosis: float,
    initialize: Callable[..., Array],
) -> None:
    weights = initialize(name, **{"shape": SHAPE, **layer}, **config)
    count = weights.size
    assert abs(weights.mean()) < SIGMAS * sqrt(variance / count)
    assert abs((weights**2).mean() / variance - 1) < SIGMAS * sqrt((kurtosis - 1) / count)
    # The sample kurtosis tells the distributions apart: they are at least 0.5 from each other.
    assert abs((weights**4).mean() / (weights**2).mean() ** 2 - kurtosis) < 0.15


def test_truncation_draws_again_and_does_not_clip(initialize: Callable[..., Array]) -> None:
    magnitudes = np.abs(initialize("truncated_normal", SHAPE, std=1.0))
    assert magnitudes.max() <= 2.0
    assert (magnitudes == 2.0).sum() == 0
    # 4.2% of a normal lie in the last tenth before 2 among those that are kept: 2 (Phi(2) - Phi(1.9))/0.9545
    share = 2 * (0.9772499 - 0.9712834) / 0.9544997
    assert abs((magnitudes > 1.9).mean() - share) < SIGMAS * sqrt(share / magnitudes.size)


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("uniform", 0.05),
        ("glorot_uniform", sqrt(6 / (FAN_IN + FAN_OUT))),
        ("he_uniform", sqrt(6 / FAN_IN)),
        ("lecun_uniform", sqrt(3 / FAN_IN)),
        ("torch_default", sqrt(1 / FAN_IN)),
    ],
)
def test_uniform_weights_fill_their_interval(
    name: str, limit: float, initialize: Callable[..., Array]
) -> None:
    weights = initialize(name, SHAPE)
    assert 0.999 * limit < np.abs(weights).max() <= limit


@pytest.mark.parametrize(("role", "value"), [("shift", 0.0), ("scale", 1.0)])
def test_torch_default_leaves_the_normalization_neutral(
    role: str, value: float, initialize: Callable[..., Array]
) -> None:
    np.testing.assert_array_equal(initialize("torch_default", (7,), role=role), np.full(7, value))


def test_torch_default_draws_biases_with_the_fan_in_of_their_weights(
    initialize: Callable[..., Array],
) -> None:
    bias = initialize("torch_default", (5000,), weight_shape=(5000, 3, 3, 4))
    assert 0.99 / 6 < np.abs(bias).max() <= 1 / 6


@pytest.mark.parametrize("relu", [False, True])
def test_a_signal_keeps_its_size_through_twenty_layers(relu: bool, initialize: Callable[..., Array]) -> None:
    """What "auto" is for; with the gain of the other activation the signal would change 1,000-fold."""
    signal = np.random.default_rng(0).standard_normal((64, 500))
    for layer in range(20):
        weights = initialize("variance_scaling", (500, 500), relu=relu, seed=layer, scale="auto")
        signal = signal @ weights.T
        if relu:
            signal = np.maximum(signal, 0)
    # after relu half of the mean square of the layer's input is left, which the gain has made up for
    assert 0.3 < (signal**2).mean() < 3


@pytest.mark.parametrize(
    ("name", "value", "config"), [("zeros", 0, {}), ("ones", 1, {}), ("constant", 0.25, {"value": 0.25})]
)
def test_constants(
    name: str, value: float, config: dict[str, float], initialize: Callable[..., Array]
) -> None:
    np.testing.assert_array_equal(initialize(name, (2, 3, 3, 1), **config), np.full((2, 3, 3, 1), value))
