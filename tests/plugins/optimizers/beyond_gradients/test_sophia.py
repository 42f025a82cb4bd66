"""Sophia-G against algorithm 3 of its paper, in plain numbers, and Sophia-H on Hessians that are known."""

from typing import Any

import numpy as np
import pytest

from convlab.plugin import Array, Closure, Look, ParameterBuffers
from convlab_plugins.optimizers.beyond_gradients.sophia import Sophia


def test_same_values_as_the_algorithm(parameters: Any, bending: Any) -> None:
    loss, every, rate, decay, gamma = bending(), 3, 0.05, 0.1, 0.02
    optimizer = Sophia(parameters, betas=(0.8, 0.7), gamma=gamma, every=every, weight_decay=decay)
    w, m, h = parameters.values.copy(), 0.0, 0.0
    decays = np.where(np.arange(w.size) < parameters.decayed, decay, 0.0)
    clipped, estimates = [], 0
    for t in range(10):
        g = loss.steepness * np.sinh(loss.steepness * (w - loss.centres))
        m = 0.8 * m + 0.2 * g
        if t % every == 0:
            estimates += 1
            sampled = np.random.default_rng(estimates).standard_normal(w.size)
            h = 0.7 * h + 0.3 * 8 * sampled**2
        step = np.clip(m / np.maximum(gamma * h, 1e-12), -1, 1)
        clipped.append(np.mean(np.abs(step) == 1))
        w = w - rate * decays * w - rate * step
        loss()
        optimizer.step(rate, loss)
        np.testing.assert_allclose(parameters.values, w, rtol=1e-11)
    assert loss.sampled == estimates == 4
    assert 0.05 < np.mean(clipped) < 0.95  # both branches were taken


class Quadratic(Closure):
    """The loss w H w/2."""

    examples = 1

    def __init__(self, parameters: ParameterBuffers, hessian: Array) -> None:
        self.parameters, self.hessian, self.calls = parameters, hessian, 0

    def __call__(self) -> float:
        self.calls += 1
        values = self.parameters.values
        self.parameters.gradients[...] = self.hessian @ values
        return float(values @ self.hessian @ values / 2)

    def with_sampled_labels(self, look: Look | None = None) -> float:
        raise AssertionError("Hutchinson's estimate is one of the loss itself")


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-9), (np.float32, 1e-4)])
def test_hutchinson_finds_a_diagonal_hessian_at_once(dtype: Any, tolerance: float, parameters: Any) -> None:
    """Two gradients find it, negative curvature too, and the values stay where they were."""
    made = ParameterBuffers(list(parameters), dtype)
    made.values[...] = np.random.default_rng(0).standard_normal(made.values.size)
    diagonal = np.linspace(-1.0, 3.0, made.values.size)
    loss = Quadratic(made, np.diag(diagonal).astype(dtype))
    optimizer = Sophia(made, lr=1e-30, betas=(0.9, 0.0), diagonal="hutchinson", every=2)
    before = made.values.copy()
    for _ in range(2):
        optimizer.step(optimizer.lr, loss)
    assert loss.calls == 2
    np.testing.assert_array_equal(made.values, before)
    np.testing.assert_allclose(optimizer.curvature, diagonal, rtol=tolerance, atol=tolerance)


def test_hutchinson_is_right_in_the_mean(parameters: Any) -> None:
    """The variance of an estimate is the sum of squares beside the diagonal; bounds are five deviations."""
    size, count = parameters.values.size, 400
    mixing = np.random.default_rng(1).standard_normal((size, size))
    hessian = mixing @ mixing.T
    loss, estimates = Quadratic(parameters, hessian), []
    optimizer = Sophia(parameters, lr=1e-30, betas=(0.9, 0.0), diagonal="hutchinson", every=1)
    for _ in range(count):
        optimizer.step(optimizer.lr, loss)
        estimates.append(optimizer.curvature.copy())
    beside = (hessian**2).sum(axis=1) - np.diag(hessian) ** 2
    off = np.mean(estimates, axis=0) - np.diag(hessian)
    assert np.all(np.abs(off) < 5 * np.sqrt(beside / count))
    assert np.std(estimates, axis=0).min() > 1
