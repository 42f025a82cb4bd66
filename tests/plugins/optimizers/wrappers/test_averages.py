"""Lookahead, SWA and EMA against their formulas, in plain numbers around gradient descent."""

from typing import Any

import numpy as np
import pytest

from convlab_plugins.optimizers.wrappers import OFFERS

RATE = 0.05


def descent(network: Any, count: int) -> list[np.ndarray]:
    """The weights of gradient descent on the bending loss, from the first ones on."""
    w, centres = network.values.copy(), np.linspace(-1.0, 1.0, network.values.size)
    seen = [w]
    for _ in range(count):
        w = w - RATE * np.sinh(w - centres)
        seen.append(w)
    return seen


def test_lookahead(network: Any, train: Any) -> None:
    centres, slow = np.linspace(-1.0, 1.0, network.values.size), network.values.copy()
    expected = []
    for _ in range(3):
        fast = slow.copy()
        for _ in range(4):
            fast = fast - RATE * np.sinh(fast - centres)
            expected.append(fast)
        slow = slow + 0.3 * (fast - slow)
        expected[-1] = slow
    optimizer = OFFERS["lookahead"](network, every=4, alpha=0.3, inner="sgd", lr=RATE)
    assert optimizer.evaluation_values() is None
    for found, value in zip(train(optimizer, 12), expected, strict=True):
        np.testing.assert_allclose(found, value, rtol=1e-12)
    train(optimizer, 2)
    np.testing.assert_allclose(optimizer.evaluation_values(), slow, rtol=1e-12)


@pytest.mark.parametrize(("start", "every"), [(0, 1), (5, 1), (4, 3)])
def test_swa_is_the_mean_of_what_it_passes(network: Any, train: Any, start: int, every: int) -> None:
    path = descent(network, 17)
    optimizer = OFFERS["swa"](network, start=start, every=every, inner="sgd", lr=RATE)
    train(optimizer, start)
    assert optimizer.evaluation_values() is None
    train(optimizer, 17 - start)
    passed = [path[step] for step in range(start + every, 18, every)]
    np.testing.assert_allclose(optimizer.evaluation_values(), np.mean(passed, axis=0), rtol=1e-12)
    np.testing.assert_allclose(network.values, path[17], rtol=1e-12)


def test_ema_equals_its_closed_form(network: Any, train: Any) -> None:
    path, decay, steps = descent(network, 20), 0.8, 20
    optimizer = OFFERS["ema"](network, decay=decay, warm=False, inner="sgd", lr=RATE)
    train(optimizer, steps)
    weights = [decay**steps] + [(1 - decay) * decay ** (steps - t) for t in range(1, steps + 1)]
    expected = sum(weight * w for weight, w in zip(weights, path, strict=True))
    np.testing.assert_allclose(optimizer.evaluation_values(), expected, rtol=1e-12)


def test_a_warm_ema_keeps_less_at_first(network: Any, train: Any) -> None:
    path = descent(network, 30)
    optimizer = OFFERS["ema"](network, decay=0.6, inner="sgd", lr=RATE)
    train(optimizer, 30)
    mean = path[0]
    for t in range(1, 31):
        keep = min(0.6, (1 + t) / (10 + t))
        mean = keep * mean + (1 - keep) * path[t]
    np.testing.assert_allclose(optimizer.evaluation_values(), mean, rtol=1e-12)
