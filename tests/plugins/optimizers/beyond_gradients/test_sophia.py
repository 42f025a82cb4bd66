"""Sophia-G against algorithm 3 of its paper, in plain numbers."""

from typing import Any

import numpy as np

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
