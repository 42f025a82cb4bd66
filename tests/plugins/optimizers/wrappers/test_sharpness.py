"""SAM and ASAM against their two-step formulas on a loss that bends."""

from typing import Any

import numpy as np
import pytest

from convlab.errors import ConfigError
from convlab_plugins.optimizers.wrappers import OFFERS

RATE = 0.05


def two_steps(network: Any, rho: float, eta: float | None) -> list[np.ndarray]:
    w, centres, seen = network.values.copy(), np.linspace(-1.0, 1.0, network.values.size), []
    is_weight = np.arange(w.size) < network.decayed
    for _ in range(10):
        g = np.sinh(w - centres)
        size = np.ones_like(w) if eta is None else np.where(is_weight, np.abs(w) + eta, 1.0)
        worst = w + rho * size**2 * g / np.linalg.norm(size * g)
        w = w - RATE * np.sinh(worst - centres)
        seen.append(w)
    return seen


@pytest.mark.parametrize(
    ("name", "config", "eta"), [("sam", {"rho": 0.3}, None), ("asam", {"rho": 0.4, "eta": 0.1}, 0.1)]
)
def test_same_values_as_the_formula(network: Any, train: Any, name: str, config: Any, eta: Any) -> None:
    expected = two_steps(network, config["rho"], eta)
    optimizer = OFFERS[name](network, **config, inner="sgd", lr=RATE)
    np.testing.assert_allclose(train(optimizer, 10), expected, rtol=1e-10)


def test_a_closure_is_needed(network: Any) -> None:
    optimizer = OFFERS["sam"](network)
    assert optimizer.needs_closure
    with pytest.raises(
        ConfigError, match=r"SAM computes the loss again within a step: call step\(rate, closure"
    ):
        optimizer.step(0.1)


def test_what_is_around_it_hands_the_closure_on(network: Any, train: Any) -> None:
    alone = np.array(two_steps(network, 0.05, None))
    optimizer = OFFERS["ema"](network, inner={"name": "sam", "inner": {"name": "sgd"}}, lr=None)
    optimizer.lr = optimizer.inner.lr = RATE
    assert optimizer.needs_closure
    np.testing.assert_allclose(train(optimizer, 10), alone, rtol=1e-10)


def test_by_role_gives_every_part_the_gradients_that_the_step_began_with(network: Any, train: Any) -> None:
    w, centres = network.values.copy(), np.linspace(-1.0, 1.0, network.values.size)
    filters = {"name": "sam", "rho": 0.3, "inner": {"name": "sgd", "lr": RATE}}
    optimizer = OFFERS["by_role"](network, filters=filters, rest={"name": "sgd", "lr": 0.2})
    [found] = train(optimizer, 1)
    g, count = np.sinh(w - centres), 24
    worst = w[:count] + 0.3 * g[:count] / np.linalg.norm(g[:count])
    expected = w - 0.2 * g
    expected[:count] = w[:count] - RATE * np.sinh(worst - centres[:count])
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_accumulate_refuses_it(network: Any) -> None:
    with pytest.raises(ConfigError, match="inner must not compute the loss again, as SAM does"):
        OFFERS["accumulate"](network, inner="sam")
