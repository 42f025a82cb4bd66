"""Convolutions that keep the length of an image."""

from collections.abc import Callable

import numpy as np
import pytest

from convlab.plugin import Array

Initialize = Callable[..., Array]
NAMES = ["delta_orthogonal", "convolution_orthogonal"]


def circular(x: Array, weights: Array) -> Array:
    """Cross-correlation of one image (H, W, C) whose edges meet, with taps counted from the first."""
    y = np.zeros((*x.shape[:2], len(weights)))
    for r in range(weights.shape[1]):
        for s in range(weights.shape[2]):
            y += np.roll(x, (-r, -s), axis=(0, 1)) @ weights[:, r, s].T
    return y


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(5, 3, 3, 5), (8, 3, 3, 3), (6, 2, 4, 5), (4, 1, 5, 4), (3, 1, 1, 2)])
def test_images_keep_their_length(name: str, shape: tuple[int, ...], initialize: Initialize) -> None:
    weights = initialize(name, shape)
    x = np.random.default_rng(0).standard_normal((7, 6, shape[3]))
    other = np.random.default_rng(1).standard_normal(x.shape)
    y = circular(x, weights)
    assert (y**2).sum() == pytest.approx((x**2).sum(), rel=1e-12)
    assert (y * circular(other, weights)).sum() == pytest.approx((x * other).sum(), rel=1e-9)
    doubled = circular(x, initialize(name, shape, gain=2.0))
    np.testing.assert_allclose(doubled, 2 * y)
    np.testing.assert_allclose(initialize(name, shape, gain="auto", relu=True), 2**0.5 * weights)


@pytest.mark.parametrize("name", NAMES)
def test_fewer_filters_give_the_transpose_of_such_a_layer(name: str, initialize: Initialize) -> None:
    """What goes back through the layer keeps its length, and is found again on the way forth."""
    weights = initialize(name, (3, 3, 3, 7))
    y = np.random.default_rng(0).standard_normal((6, 6, 3))
    back = np.zeros((6, 6, 7))
    for r in range(3):
        for s in range(3):
            back += np.roll(y, (r, s), axis=(0, 1)) @ weights[:, r, s]
    assert (back**2).sum() == pytest.approx((y**2).sum(), rel=1e-12)
    np.testing.assert_allclose(circular(back, weights), y, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_every_group_keeps_lengths_by_itself(name: str, initialize: Initialize) -> None:
    weights = initialize(name, (6, 3, 3, 2), groups=2)
    x = np.random.default_rng(0).standard_normal((5, 5, 2))
    for own in (weights[:3], weights[3:]):
        assert (circular(x, own) ** 2).sum() == pytest.approx((x**2).sum(), rel=1e-12)


def test_delta_uses_the_center_and_the_other_all_taps(initialize: Initialize) -> None:
    delta = initialize("delta_orthogonal", (4, 3, 3, 4))
    assert (delta[:, 1, 1] != 0).all()
    delta[:, 1, 1] = 0
    assert not delta.any()
    taps = (initialize("convolution_orthogonal", (4, 3, 3, 4)) ** 2).sum(axis=(0, 3))
    assert (taps > 0.01).all()


@pytest.mark.parametrize("name", NAMES)
def test_layers_without_taps_are_orthogonal(name: str, initialize: Initialize) -> None:
    np.testing.assert_array_equal(initialize(name, (4, 6)), initialize("orthogonal", (4, 6)))
    np.testing.assert_array_equal(initialize(name, (5,)), initialize("orthogonal", (5,)))


def test_signal_survives_a_hundred_layers(initialize: Initialize) -> None:
    x = np.random.default_rng(0).standard_normal((8, 8, 6))
    start = (x**2).sum()
    for seed in range(100):
        x = circular(x, initialize("convolution_orthogonal", (6, 3, 3, 6), seed=seed))
    assert (x**2).sum() == pytest.approx(start, rel=1e-9)
