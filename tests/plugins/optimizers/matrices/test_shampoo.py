"""Shampoo against its algorithm in plain float64, the roots by eigenvalues."""

from typing import Any

import numpy as np
import pytest

from convlab.errors import ConfigError
from convlab.plugin import Parameter, ParameterBuffers
from convlab_plugins.optimizers.matrices.shampoo import Shampoo

SHAPE, EPSILON, RATE = (5, 2, 2, 3), 1e-4, 0.03


def one_layer(dtype: Any = np.float64) -> ParameterBuffers:
    made = ParameterBuffers([Parameter("conv1.weight", "conv_weight", SHAPE)], dtype)
    made.values[...] = np.random.default_rng(0).standard_normal(made.values.size)
    return made


def root(matrix: np.ndarray, power: float) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix + EPSILON * np.linalg.norm(matrix) * np.eye(len(matrix)))
    return np.asarray((vectors * values**power) @ vectors.T)


def by_hand(
    *,
    momentum: float = 0.9,
    keep: float = 1.0,
    every: int = 1,
    largest_side: int = 99,
    graft: str = "none",
    weight_decay: float = 0.0,
) -> np.ndarray:
    w = one_layer().values.reshape(5, 12).copy()
    left, right, v, squares = np.zeros((5, 5)), np.zeros((12, 12)), np.zeros_like(w), np.zeros_like(w)
    new = 1.0 if keep == 1 else 1 - keep
    rng = np.random.default_rng(1)
    for t in range(20):
        g = rng.standard_normal(w.size).reshape(w.shape)
        left, right = keep * left + new * g @ g.T, keep * right + new * g.T @ g
        if t % every == 0:
            two = largest_side >= 12
            left_root = root(left, -0.25 if two else -0.5) if largest_side >= 5 else np.eye(5)
            right_root = root(right, -0.25) if two else np.eye(12)
        direction = left_root @ g @ right_root
        squares += g * g
        lengths = {"none": np.linalg.norm(direction), "sgd": np.linalg.norm(g)}
        lengths["adagrad"] = np.linalg.norm(g / np.sqrt(squares))
        v = momentum * v + direction * lengths[graft] / np.linalg.norm(direction)
        w = (1 - RATE * weight_decay) * w - RATE * v
    return w


SETTINGS: list[dict[str, Any]] = [
    {"every": 1},
    {"every": 3, "momentum": 0.5, "weight_decay": 0.1},
    {"every": 1, "keep": 0.8},
    {"every": 1, "graft": "sgd"},
    {"every": 2, "graft": "adagrad"},
    {"every": 1, "largest_side": 8},
    {"every": 1, "largest_side": 4},
]


@pytest.mark.parametrize("settings", SETTINGS)
def test_same_values_as_the_algorithm(settings: dict[str, Any]) -> None:
    expected = by_hand(**settings)
    for dtype, tolerance in ((np.float64, 1e-8), (np.float32, 2e-3)):
        parameters = one_layer(dtype)
        optimizer = Shampoo(parameters, lr=RATE, epsilon=EPSILON, **settings)
        rng = np.random.default_rng(1)
        for _ in range(20):
            parameters.gradients[...] = rng.standard_normal(parameters.values.size)
            optimizer.step(RATE)
        np.testing.assert_allclose(parameters.values.reshape(5, 12), expected, atol=tolerance)


def test_the_step_does_not_depend_on_the_scale_of_the_gradients() -> None:
    small, large = one_layer(), one_layer()
    for parameters, scale in ((small, 1.0), (large, 1e6)):
        optimizer = Shampoo(parameters, every=2)
        rng = np.random.default_rng(2)
        for _ in range(6):
            parameters.gradients[...] = scale * rng.standard_normal(parameters.values.size)
            optimizer.step(optimizer.lr)
    np.testing.assert_allclose(small.values, large.values, rtol=1e-6)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"keep": 0.0}, r"keep must be in \(0, 1\], got 0.0"),
        ({"momentum": 1.0}, r"momentum must be in \[0, 1\), got 1.0"),
        ({"epsilon": 0.0}, "epsilon must be > 0 and finite, got 0.0"),
        ({"every": 0}, "every must be >= 1, got 0"),
        ({"largest_side": 0}, "largest_side must be >= 1, got 0"),
        ({"weight_decay": -1.0}, "weight_decay must be >= 0 and finite, got -1.0"),
    ],
)
def test_settings_out_of_range_are_refused(config: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=f"^optimizer 'shampoo': {message}$"):
        Shampoo(one_layer(), **config)
