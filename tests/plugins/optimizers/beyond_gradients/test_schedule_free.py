"""The schedule-free optimizers against the paper's three sequences, in plain numbers."""

from typing import Any

import numpy as np
import pytest

from convlab_plugins.optimizers.beyond_gradients import OFFERS

RATES = [0.01, 0.03, 0.05, 0.05, 0.02, 0.05, 0.05, 0.05]  # a warm-up, and a fall that the weights ignore


def sequences(name: str, w: np.ndarray, decayed: int, decay: float) -> tuple[np.ndarray, np.ndarray]:
    """y and x after all steps."""
    centres, steepness = np.linspace(-1.0, 1.0, w.size), np.linspace(0.5, 2.0, w.size)
    x, z, y, s = w.copy(), w.copy(), w.copy(), np.zeros_like(w)
    decays = np.where(np.arange(w.size) < decayed, decay, 0.0)
    beta, beta2, total, largest = 0.8, 0.95, 0.0, 0.0
    for t, rate in enumerate(RATES, start=1):
        g = steepness * np.sinh(steepness * (y - centres))
        s = beta2 * s + (1 - beta2) * g * g
        if name == "schedule_free_adamw":
            g = g / (np.sqrt(s / (1 - beta2**t)) + 1e-8)
        z = z - rate * (g + decays * y)
        largest = max(largest, rate)
        total += largest**2
        c = largest**2 / total
        x = (1 - c) * x + c * z
        y = (1 - beta) * z + beta * x
    return y, x


@pytest.mark.parametrize("decay", [0.0, 0.2])
@pytest.mark.parametrize(
    ("name", "config"),
    [("schedule_free_sgd", {"beta": 0.8}), ("schedule_free_adamw", {"betas": (0.8, 0.95)})],
)
def test_same_sequences_as_the_paper(
    parameters: Any, bending: Any, name: str, config: Any, decay: float
) -> None:
    y, x = sequences(name, parameters.values.copy(), parameters.decayed, decay)
    optimizer, loss = OFFERS[name](parameters, weight_decay=decay, **config), bending()
    assert optimizer.evaluation_values() is None
    for rate in RATES:
        loss()
        optimizer.step(rate)
    np.testing.assert_allclose(parameters.values, y, rtol=1e-11)
    np.testing.assert_allclose(optimizer.evaluation_values(), x, rtol=1e-11)


def test_the_mean_is_nearer_to_the_minimum_than_what_it_is_of(parameters: Any) -> None:
    """On a parabola with noise in its gradient, at a rate that does not fall."""
    rng = np.random.default_rng(1)
    optimizer = OFFERS["schedule_free_sgd"](parameters, lr=0.3)
    for _ in range(2000):
        parameters.gradients[...] = parameters.values + rng.standard_normal(parameters.values.size)
        optimizer.step(0.3)
    fast, mean = (float(np.linalg.norm(item)) for item in (optimizer.fast, optimizer.mean))
    assert mean < 0.2 * fast
