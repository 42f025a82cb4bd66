"""Scion against the paper's algorithm in plain numbers, the spectral norm by a decomposition."""

from typing import Any

import numpy as np
import pytest

from convlab.plugin import Parameter, ParameterBuffers
from convlab_plugins.optimizers.matrices.scion import Scion

LAYERS = [
    ("conv1.weight", "conv_weight", (4, 3, 3, 2)),
    ("conv1.bias", "bias", (4,)),
    ("dense1.weight", "dense_weight", (5, 6)),
    ("dense2.weight", "dense_weight", (3, 5)),
]
POLYNOMIAL = (3.4445, -4.7750, 2.0315)


def network() -> ParameterBuffers:
    made = ParameterBuffers([Parameter(*layer) for layer in LAYERS], np.float64)  # type: ignore[arg-type]
    made.values[...] = np.random.default_rng(0).standard_normal(made.values.size)
    return made


def spectral(d: np.ndarray) -> np.ndarray:
    """Where Newton-Schulz takes U V^T, by the singular values."""
    matrix = d.reshape(len(d), -1)
    left, values, right = np.linalg.svd(matrix, full_matrices=False)
    values = values / np.linalg.norm(values)
    for _ in range(5):
        values = sum(c * values**power for c, power in zip(POLYNOMIAL, (1, 3, 5), strict=True))
    return np.asarray((left * values) @ right).reshape(d.shape)


def direction(name: str, d: np.ndarray) -> np.ndarray:
    if name == "conv1.weight":
        return spectral(d) * (4 / 2) ** 0.5 / 9 * 2.0
    if name == "dense1.weight":
        return spectral(d) * (5 / 6) ** 0.5 * 2.0
    if name == "dense2.weight":
        return np.asarray(np.sign(d) / 5 * 7.0)
    return np.asarray(d / np.sqrt((d**2).mean()) * 2.0)


@pytest.mark.parametrize("constrained", [False, True])
def test_same_values_as_the_algorithm(constrained: bool) -> None:
    parameters, lr, momentum = network(), 0.05, 0.8
    config: dict[str, Any] = {"radius": 2.0, "output_radius": 7.0, "constrained": constrained}
    optimizer = Scion(parameters, lr=lr, momentum=momentum, **config)
    weights = {item.name: item.value.copy() for item in parameters}
    means = {item.name: np.zeros_like(item.value) for item in parameters}
    rng = np.random.default_rng(1)
    for _ in range(30):
        parameters.gradients[...] = rng.standard_normal(parameters.gradients.size)
        optimizer.step(lr)
        for item in parameters:
            means[item.name] = momentum * means[item.name] + (1 - momentum) * item.gradient
            shrunk = weights[item.name] * (1 - lr if constrained else 1)
            weights[item.name] = shrunk - lr * direction(item.name, means[item.name])
    for item in parameters:
        np.testing.assert_allclose(item.value, weights[item.name], atol=1e-5)


def test_constrained_weights_end_in_their_balls() -> None:
    parameters = network()
    optimizer = Scion(parameters, lr=0.1, constrained=True, radius=0.5, output_radius=3.0)
    rng = np.random.default_rng(2)
    for _ in range(200):
        parameters.gradients[...] = rng.standard_normal(parameters.gradients.size)
        optimizer.step(0.1)
    by_name = {item.name: item.value for item in parameters}
    assert np.abs(by_name["dense2.weight"]).max() <= 3.0 / 5 * (1 + 1e-6)
    assert np.linalg.norm(by_name["dense1.weight"], 2) <= 0.5 * (5 / 6) ** 0.5 * 1.25
