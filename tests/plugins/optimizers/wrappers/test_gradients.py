"""What changes gradients or steps: each against its formula, and against PyTorch where that has it."""

from typing import Any

import numpy as np
import pytest

from convlab_plugins.optimizers.wrappers import OFFERS


def changed(name: str, network: Any, gradients: np.ndarray, **config: Any) -> np.ndarray:
    """The gradients that the inner optimizer gets: gradient descent at rate 1 steps along them."""
    before = network.values.copy()
    optimizer = OFFERS[name](network, inner="sgd", lr=1.0, **config)
    network.gradients[...] = gradients
    optimizer.step(1.0)
    return np.asarray(before - network.values)


@pytest.fixture
def gradients(network: Any) -> np.ndarray:
    return np.random.default_rng(4).standard_normal(network.values.size)


@pytest.mark.parametrize("limit", [0.5, 100.0])
def test_clipping_as_torch_clips(network: Any, gradients: np.ndarray, limit: float) -> None:
    torch = pytest.importorskip("torch", reason="needs PyTorch, the extra 'parity'")
    for name, config, clip in (
        ("clip_by_norm", {"norm": limit}, torch.nn.utils.clip_grad_norm_),
        ("clip_by_value", {"limit": limit}, torch.nn.utils.clip_grad_value_),
    ):
        tensor = torch.zeros(gradients.size, dtype=torch.float64, requires_grad=True)
        tensor.grad = torch.tensor(gradients)
        clip([tensor], limit)
        found = changed(name, network, gradients, **config)
        np.testing.assert_allclose(found, tensor.grad.numpy(), rtol=1e-12, atol=1e-14)


def test_centralized_gradients_have_no_mean(network: Any, gradients: np.ndarray) -> None:
    found = changed("gradient_centralization", network, gradients)
    for before, after, item in zip(
        network.views(gradients), network.views(found), network.trained, strict=True
    ):
        if item.role == "bias":
            np.testing.assert_allclose(after, before, atol=1e-14)
        else:
            rows, centred = before.reshape(len(before), -1), after.reshape(len(after), -1)
            np.testing.assert_allclose(centred.sum(axis=1), 0, atol=1e-13)
            np.testing.assert_allclose(
                centred[:, 1:] - centred[:, :-1], rows[:, 1:] - rows[:, :-1], atol=1e-13
            )


def test_adaptive_clipping_unit_by_unit(network: Any, gradients: np.ndarray) -> None:
    network.trained[0].value[1] = 0.0  # counts as long as epsilon
    clip, epsilon = 0.1, 0.5
    weights = network.values.copy()
    found = changed("adaptive_gradient_clipping", network, gradients, clip=clip, epsilon=epsilon)
    for item, w, g, after in zip(
        network.trained,
        network.views(weights),
        network.views(gradients),
        network.views(found),
        strict=True,
    ):
        expected = g.copy()
        units = [slice(None)] if g.ndim == 1 else list(range(len(g)))
        for unit in units if item.name != "dense1.weight" else []:
            longest = clip * max(float(np.linalg.norm(w[unit])), epsilon)
            expected[unit] *= min(1.0, longest / float(np.linalg.norm(g[unit])))
        np.testing.assert_allclose(after, expected, atol=1e-14)


def test_cautious_steps_only_where_the_gradient_agrees(network: Any) -> None:
    w, v, rng = network.values.copy(), np.zeros(network.values.size), np.random.default_rng(5)
    optimizer = OFFERS["cautious"](network, inner={"name": "momentum", "momentum": 0.8}, lr=0.1)
    for _ in range(10):
        g = rng.standard_normal(w.size)
        network.gradients[...] = g
        optimizer.step(0.1)
        v = 0.8 * v + g
        step, mask = -0.1 * v, (v * g > 0).astype(float)
        for part in network.views(mask):
            part /= max(part.mean(), 1e-3)
        w = w + mask * step
        np.testing.assert_allclose(network.values, w, rtol=1e-10, atol=1e-12)


def test_accumulation_steps_along_the_mean(network: Any) -> None:
    before, rng = network.values.copy(), np.random.default_rng(6)
    optimizer = OFFERS["accumulate"](network, every=3, inner={"name": "adam", "lr": 0.1})
    batches = rng.standard_normal((3, before.size))
    for number, batch in enumerate(batches, start=1):
        np.testing.assert_array_equal(network.values, before)
        network.gradients[...] = batch
        optimizer.step(0.1)
        assert optimizer.inner.steps == number // 3
    mean = batches.mean(axis=0)
    np.testing.assert_allclose(network.values, before - 0.1 * mean / (np.abs(mean) + 1e-8), rtol=1e-9)


@pytest.mark.parametrize("stop_at", [1, 2, 3, 4])
def test_accumulation_resumes_between_two_steps(network: Any, stop_at: int) -> None:
    def run(optimizer: Any, seeds: range) -> None:
        for seed in seeds:
            network.gradients[...] = np.random.default_rng(seed).standard_normal(network.values.size)
            optimizer.step(0.1)

    start = network.values.copy()
    config: dict[str, Any] = {"every": 3, "inner": {"name": "adam", "lr": 0.1}}
    run(OFFERS["accumulate"](network, **config), range(9))
    expected = network.values.copy()
    network.values[...] = start
    first = OFFERS["accumulate"](network, **config)
    run(first, range(stop_at))
    second = OFFERS["accumulate"](network, **config)
    second.load_state({name: array.copy() for name, array in first.state().items()}, stop_at)
    run(second, range(stop_at, 9))
    np.testing.assert_array_equal(network.values, expected)
