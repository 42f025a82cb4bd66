"""SOAP against its algorithm in plain float64, and as Adam where the eigenbasis is known."""

from typing import Any

import numpy as np
import pytest

from convlab.errors import ConfigError
from convlab.plugin import Parameter, ParameterBuffers
from convlab_plugins.optimizers import OFFERS
from convlab_plugins.optimizers.matrices.soap import SOAP

SHAPE, RATE, STEPS = (4, 2, 1, 3), 0.01, 30


def one_layer(dtype: Any = np.float64) -> ParameterBuffers:
    made = ParameterBuffers([Parameter("conv1.weight", "conv_weight", SHAPE)], dtype)
    made.values[...] = np.random.default_rng(0).standard_normal(made.values.size)
    return made


def gradient(step: int) -> np.ndarray:
    """Random, with a spectrum wide enough that the eigenvectors are well defined."""
    rng = np.random.default_rng(step)
    return np.asarray(
        np.diag([4.0, 2.0, 1.0, 0.5]) @ rng.standard_normal((4, 6)) * np.array([5, 3, 2, 1, 0.5, 0.2])
    )


def by_hand(keep: float, betas: tuple[float, float], every: int, weight_decay: float) -> np.ndarray:
    """Algorithm 3, the bases by algorithm 4, with LAPACK's decomposition."""
    w = one_layer().values.reshape(4, 6).copy()
    left, right, m, s = np.zeros((4, 4)), np.zeros((6, 6)), np.zeros_like(w), np.zeros_like(w)
    q_left, q_right = np.eye(4), np.eye(6)
    for t in range(1, STEPS + 1):
        g = gradient(t)
        left, right = keep * left + (1 - keep) * g @ g.T, keep * right + (1 - keep) * g.T @ g
        for _ in range(10 if t == 1 else (t - 1) % every == 0):
            q_left = np.linalg.qr((left + 1e-6 * np.linalg.norm(left) * np.eye(4)) @ q_left)[0]
            q_right = np.linalg.qr((right + 1e-6 * np.linalg.norm(right) * np.eye(6)) @ q_right)[0]
        m = betas[0] * m + (1 - betas[0]) * g
        s = betas[1] * s + (1 - betas[1]) * (q_left.T @ g @ q_right) ** 2
        turned = q_left.T @ m @ q_right / (1 - betas[0] ** t)
        step = q_left @ (turned / (np.sqrt(s / (1 - betas[1] ** t)) + 1e-8)) @ q_right.T
        w = (1 - RATE * weight_decay) * w - RATE * step
    return w


@pytest.mark.parametrize(
    ("keep", "betas", "every", "weight_decay"),
    [(0.95, (0.95, 0.95), 1, 0.0), (0.9, (0.8, 0.9), 4, 0.1)],
)
def test_same_values_as_the_algorithm(
    keep: float, betas: tuple[float, float], every: int, weight_decay: float
) -> None:
    parameters = one_layer()
    optimizer = SOAP(parameters, lr=RATE, betas=betas, keep=keep, every=every, weight_decay=weight_decay)
    for t in range(1, STEPS + 1):
        parameters.gradients[...] = gradient(t).ravel()
        optimizer.step(RATE)
    expected = by_hand(keep, betas, every, weight_decay)
    np.testing.assert_allclose(parameters.values.reshape(4, 6), expected, atol=1e-7)


def test_the_basis_becomes_that_of_the_eigenvectors() -> None:
    parameters = one_layer()
    optimizer = SOAP(parameters, every=1, keep=0.5)
    for _ in range(50):
        parameters.gradients[...] = gradient(1).ravel()
        optimizer.step(RATE)
    state = optimizer.state()
    basis, statistic = (state[f"matrices1.conv1.weight.rows.{key}"] for key in ("factor", "statistic"))
    diagonal = basis.T @ statistic @ basis
    np.testing.assert_allclose(diagonal - np.diag(np.diag(diagonal)), 0, atol=1e-6 * np.abs(diagonal).max())


def test_without_bases_it_is_adam() -> None:
    ours, adam = one_layer(), one_layer()
    optimizer = SOAP(ours, lr=RATE, betas=(0.9, 0.99), largest_side=1, weight_decay=0.0)
    other = OFFERS["adam"](adam, lr=RATE, betas=(0.9, 0.99))
    for t in range(1, STEPS + 1):
        for parameters in (ours, adam):
            parameters.gradients[...] = gradient(t).ravel()
        optimizer.step(RATE)
        other.step(RATE)
    np.testing.assert_allclose(ours.values, adam.values, rtol=1e-12)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"keep": 1.0}, r"keep must be in \[0, 1\), got 1.0"),
        ({"betas": (0.9, 1.0)}, r"betas must be two numbers in \[0, 1\), got \(0.9, 1.0\)"),
        ({"epsilon": 0.0}, "epsilon must be > 0 and finite, got 0.0"),
        ({"every": 0}, "every must be >= 1, got 0"),
        ({"largest_side": 0}, "largest_side must be >= 1, got 0"),
    ],
)
def test_settings_out_of_range_are_refused(config: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=f"^optimizer 'soap': {message}$"):
        SOAP(one_layer(), **config)
